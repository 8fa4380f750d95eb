-- The till that a till was renewed from, whose line it shares; when the server last saw that a till's journal had forked; how many bytes a till that is not
-- let in has had kept.
ALTER TABLE till ADD parent BIGINT;
ALTER TABLE till ADD forked_at BIGINT;
ALTER TABLE till ADD kept BIGINT;
UPDATE tables_version SET version = 13;
