-- The server's word on who is let in no more, spread to tills so that records put back from a backup hear it again.
CREATE TABLE word (id BINARY(16) NOT NULL PRIMARY KEY, subject NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, revision BIGINT NOT NULL, state NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, said_at BIGINT NOT NULL, mac NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL);
UPDATE tables_version SET version = 14;
