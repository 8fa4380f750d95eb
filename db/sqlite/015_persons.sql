-- Who works in the back office, and which programs may ask; the keys that sessions are sealed with, so that any host takes them.
CREATE TABLE person (
    id INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE, password_hash TEXT NOT NULL, role TEXT NOT NULL, branches TEXT, disabled INTEGER NOT NULL,
    failed INTEGER NOT NULL, locked_until INTEGER NOT NULL, made_at INTEGER NOT NULL) STRICT;
CREATE TABLE api_key (
    id INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE, key_hash BLOB NOT NULL UNIQUE, scopes TEXT NOT NULL, branch INTEGER, made_at INTEGER NOT NULL,
    used_at INTEGER, revoked_at INTEGER) STRICT;
CREATE TABLE protection_key (id TEXT NOT NULL PRIMARY KEY, xml TEXT NOT NULL) STRICT;
UPDATE tables_version SET version = 15;
