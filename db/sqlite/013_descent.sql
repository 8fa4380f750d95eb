-- The till that a till was renewed from, whose line it shares; when the server last saw that a till's journal had forked; how many bytes a till that is not
-- let in has had kept.
ALTER TABLE till ADD COLUMN parent INTEGER;
ALTER TABLE till ADD COLUMN forked_at INTEGER;
ALTER TABLE till ADD COLUMN kept INTEGER;
UPDATE tables_version SET version = 13;
