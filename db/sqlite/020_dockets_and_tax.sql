-- What a branch prints at the foot of a docket, its registration for tax, and the rates of its categories.
ALTER TABLE branch ADD COLUMN footer TEXT;
ALTER TABLE branch ADD COLUMN tax_number TEXT;
ALTER TABLE branch ADD COLUMN category_rates TEXT;

-- By which rule a transaction's tax is reckoned; null: each line is rounded by itself.
ALTER TABLE document ADD COLUMN tax_rule INTEGER;

-- Of a sale, what its goods come to that came back without a docket: negative, and counted among the refunds.
ALTER TABLE document ADD COLUMN returned_cents INTEGER;
UPDATE document SET returned_cents = (
    SELECT sum(l.qty * l.unit_price_cents - l.discount_cents) FROM document_line l WHERE l.document_id = document.id AND l.qty < 0)
WHERE kind IN ('sale', 'layby') AND EXISTS (SELECT 1 FROM document_line l WHERE l.document_id = document.id AND l.qty < 0);

-- How far the till's clock was ahead of the server's when they last spoke, milliseconds.
ALTER TABLE stock_movement ADD COLUMN clock_ahead INTEGER;

-- What a Z reading has found, as JSON.
ALTER TABLE till_event ADD COLUMN figures TEXT;

CREATE INDEX voucher_document ON voucher (document_id);
-- Categories without the rest of the records: a report by category looks up a title for each copy that moved.
CREATE INDEX stock_category ON stock (id, category);
UPDATE tables_version SET version = 20;
