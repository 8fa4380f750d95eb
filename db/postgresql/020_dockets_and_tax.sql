-- What a branch prints at the foot of a docket, its registration for tax, and the rates of its categories.
ALTER TABLE branch ADD COLUMN footer text COLLATE "C";
ALTER TABLE branch ADD COLUMN tax_number text COLLATE "C";
ALTER TABLE branch ADD COLUMN category_rates text COLLATE "C";

-- By which rule a transaction's tax is reckoned; null: each line is rounded by itself.
ALTER TABLE document ADD COLUMN tax_rule bigint;

-- How far the till's clock was ahead of the server's when they last spoke, milliseconds.
ALTER TABLE stock_movement ADD COLUMN clock_ahead bigint;

-- What a Z reading has found, as JSON.
ALTER TABLE till_event ADD COLUMN figures text COLLATE "C";

CREATE INDEX voucher_document ON voucher (document_id);
UPDATE tables_version SET version = 20;
