-- The keys by which tills know the server on a TLS line: the one it shows, and a successor announced to the tills.
CREATE TABLE server_key (
    fingerprint TEXT NOT NULL PRIMARY KEY, state TEXT NOT NULL CHECK (state IN ('current', 'next')), private_key BLOB NOT NULL,
    made_at INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX server_key_state ON server_key (state);
