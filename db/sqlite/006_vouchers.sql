-- Gift vouchers as a ledger by their number, and what is owing on orders and laybys as a way to pay.
CREATE TABLE voucher (
    id BLOB NOT NULL PRIMARY KEY, document_id BLOB NOT NULL, branch INTEGER NOT NULL, number TEXT NOT NULL, amount_cents INTEGER NOT NULL,
    entered_at INTEGER) STRICT;
CREATE INDEX voucher_number ON voucher (number);
INSERT INTO payment_method (id, code, name, gives_change)
SELECT max(id) + 1, 'owing', 'Owing', 0 FROM payment_method WHERE NOT EXISTS (SELECT 1 FROM payment_method WHERE code = 'owing');
