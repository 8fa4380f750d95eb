-- The keys by which tills know the server on a TLS line: the one it shows, and a successor announced to the tills.
CREATE TABLE server_key (
    fingerprint text COLLATE "C" NOT NULL PRIMARY KEY, state text COLLATE "C" NOT NULL CHECK (state IN ('current', 'next')), private_key bytea NOT NULL,
    made_at bigint NOT NULL);
CREATE UNIQUE INDEX server_key_state ON server_key (state);
