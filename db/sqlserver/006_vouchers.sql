-- Gift vouchers as a ledger by their number, and what is owing on orders and laybys as a way to pay.
CREATE TABLE voucher (
    id BINARY(16) NOT NULL PRIMARY KEY, document_id BINARY(16) NOT NULL, branch BIGINT NOT NULL, number NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, amount_cents BIGINT NOT NULL,
    entered_at BIGINT,
    number_key AS CAST(LEFT(number, 400) AS NVARCHAR(400)) PERSISTED);
CREATE INDEX voucher_number ON voucher (number_key);
INSERT INTO payment_method (id, code, name, gives_change)
SELECT max(id) + 1, 'owing', 'Owing', 0 FROM payment_method WHERE NOT EXISTS (SELECT 1 FROM payment_method WHERE code = 'owing');
