-- What happened at a till that is no transaction and stays on record: no-sales, dropped sales, other prices, Z readings.
CREATE TABLE till_event (
    id BLOB NOT NULL PRIMARY KEY, branch INTEGER NOT NULL, till INTEGER NOT NULL, operator TEXT, kind TEXT NOT NULL, text TEXT NOT NULL,
    amount_cents INTEGER NOT NULL, happened_at INTEGER NOT NULL, posted_at INTEGER) STRICT;
CREATE INDEX till_event_branch ON till_event (branch, happened_at);
