-- When each host last believed its clock, and how often it has written so: a commit is the proof that the disk takes one.
CREATE TABLE heartbeat (host TEXT NOT NULL PRIMARY KEY, booted_at INTEGER NOT NULL, believed_at INTEGER NOT NULL, beats INTEGER NOT NULL) STRICT;

-- When a till last got a block of D-numbers beyond its first.
ALTER TABLE till ADD COLUMN leased_at INTEGER;
UPDATE tables_version SET version = 11;
