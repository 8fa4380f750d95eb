-- What happened at a till that is no transaction and stays on record: no-sales, dropped sales, other prices, Z readings.
CREATE TABLE till_event (
    id BINARY(16) NOT NULL PRIMARY KEY, branch BIGINT NOT NULL, till BIGINT NOT NULL, operator NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, kind NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, text NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    amount_cents BIGINT NOT NULL, happened_at BIGINT NOT NULL, posted_at BIGINT);
CREATE INDEX till_event_branch ON till_event (branch, happened_at);
