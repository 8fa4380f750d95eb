-- The server's word on who is let in no more, spread to tills so that records put back from a backup hear it again.
CREATE TABLE word (id BLOB NOT NULL PRIMARY KEY, subject TEXT NOT NULL, revision INTEGER NOT NULL, state TEXT NOT NULL, said_at INTEGER NOT NULL, mac TEXT NOT NULL) STRICT;
UPDATE tables_version SET version = 14;
