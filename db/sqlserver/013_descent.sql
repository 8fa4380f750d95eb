-- The till that a till was renewed from, whose line it shares; when the server last saw that a till's journal had forked.
ALTER TABLE till ADD parent BIGINT;
ALTER TABLE till ADD forked_at BIGINT;
UPDATE tables_version SET version = 13;
