-- When each host last believed its clock, and how often it has written so: a commit is the proof that the disk takes one.
CREATE TABLE heartbeat (host text COLLATE "C" NOT NULL PRIMARY KEY, booted_at bigint NOT NULL, believed_at bigint NOT NULL, beats bigint NOT NULL);

-- When a till last got a block of D-numbers beyond its first.
ALTER TABLE till ADD COLUMN leased_at bigint;
UPDATE tables_version SET version = 11;
