-- When each host last believed its clock, and how often it has written so: a commit is the proof that the disk takes one.
CREATE TABLE heartbeat (host NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY, booted_at BIGINT NOT NULL, believed_at BIGINT NOT NULL, beats BIGINT NOT NULL);

-- When a till last got a block of D-numbers beyond its first.
ALTER TABLE till ADD leased_at BIGINT;
UPDATE tables_version SET version = 11;
