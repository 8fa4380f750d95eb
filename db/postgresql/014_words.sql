-- The server's word on who is let in no more, spread to tills so that records put back from a backup hear it again.
CREATE TABLE word (id uuid NOT NULL PRIMARY KEY, subject text COLLATE "C" NOT NULL, revision bigint NOT NULL, state text COLLATE "C" NOT NULL, said_at bigint NOT NULL, mac text COLLATE "C" NOT NULL);
UPDATE tables_version SET version = 14;
