-- Gift vouchers as a ledger by their number, and what is owing on orders and laybys as a way to pay.
CREATE TABLE voucher (
    id uuid NOT NULL PRIMARY KEY, document_id uuid NOT NULL, branch bigint NOT NULL, number text COLLATE "C" NOT NULL, amount_cents bigint NOT NULL,
    entered_at bigint);
CREATE INDEX voucher_number ON voucher USING hash (number);
INSERT INTO payment_method (id, code, name, gives_change)
SELECT max(id) + 1, 'owing', 'Owing', 0 FROM payment_method WHERE NOT EXISTS (SELECT 1 FROM payment_method WHERE code = 'owing');
