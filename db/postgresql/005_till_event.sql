-- What happened at a till that is no transaction and stays on record: no-sales, dropped sales, other prices, Z readings.
CREATE TABLE till_event (
    id uuid NOT NULL PRIMARY KEY, branch bigint NOT NULL, till bigint NOT NULL, operator text COLLATE "C", kind text COLLATE "C" NOT NULL, text text COLLATE "C" NOT NULL,
    amount_cents bigint NOT NULL, happened_at bigint NOT NULL, posted_at bigint);
CREATE INDEX till_event_branch ON till_event (branch, happened_at);
