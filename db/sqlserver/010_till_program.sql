-- Which version of the program a till last called with.
ALTER TABLE till ADD program NVARCHAR(40) COLLATE Latin1_General_100_BIN2;
UPDATE tables_version SET version = 10;
