-- Who works in the back office, and which programs may ask; the keys that sessions are sealed with, so that any host takes them.
CREATE TABLE person (
    id BIGINT NOT NULL PRIMARY KEY, name NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL UNIQUE, password_hash NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, role NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL, branches NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, disabled BIGINT NOT NULL,
    failed BIGINT NOT NULL, locked_until BIGINT NOT NULL, made_at BIGINT NOT NULL);
CREATE TABLE api_key (
    id BIGINT NOT NULL PRIMARY KEY, name NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL UNIQUE, key_hash VARBINARY(32) NOT NULL UNIQUE, scopes NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, branch BIGINT, made_at BIGINT NOT NULL,
    used_at BIGINT, revoked_at BIGINT);
CREATE TABLE protection_key (id NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY, xml NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL);
UPDATE tables_version SET version = 15;
