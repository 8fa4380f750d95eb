-- The keys by which tills know the server on a TLS line: the one it shows, and a successor announced to the tills.
CREATE TABLE server_key (
    fingerprint NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY, state NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NOT NULL CHECK (state IN ('current', 'next')), private_key VARBINARY(MAX) NOT NULL,
    made_at BIGINT NOT NULL);
CREATE UNIQUE INDEX server_key_state ON server_key (state);
