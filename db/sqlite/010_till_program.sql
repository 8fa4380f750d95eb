-- Which version of the program a till last called with.
ALTER TABLE till ADD COLUMN program TEXT;
UPDATE tables_version SET version = 10;
