-- What a branch prints at the foot of a docket, its registration for tax, and the rates of its categories.
ALTER TABLE branch ADD footer NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2;
ALTER TABLE branch ADD tax_number NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2;
ALTER TABLE branch ADD category_rates NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2;

-- By which rule a transaction's tax is reckoned; null: each line is rounded by itself.
ALTER TABLE document ADD tax_rule BIGINT;

-- How far the till's clock was ahead of the server's when they last spoke, milliseconds.
ALTER TABLE stock_movement ADD clock_ahead BIGINT;

-- What a Z reading has found, as JSON.
ALTER TABLE till_event ADD figures NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2;

CREATE INDEX voucher_document ON voucher (document_id);
UPDATE tables_version SET version = 20;
