-- The till that a till was renewed from, whose line it shares; when the server last saw that a till's journal had forked.
ALTER TABLE till ADD COLUMN parent bigint;
ALTER TABLE till ADD COLUMN forked_at bigint;
UPDATE tables_version SET version = 13;
