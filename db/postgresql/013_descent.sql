-- The till that a till was renewed from, whose line it shares; when the server last saw that a till's journal had forked; how many bytes a till that is not
-- let in has had kept.
ALTER TABLE till ADD COLUMN parent bigint;
ALTER TABLE till ADD COLUMN forked_at bigint;
ALTER TABLE till ADD COLUMN kept bigint;
UPDATE tables_version SET version = 13;
