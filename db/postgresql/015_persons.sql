-- Who works in the back office, and which programs may ask; the keys that sessions are sealed with, so that any host takes them.
CREATE TABLE person (
    id bigint NOT NULL PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE, password_hash text COLLATE "C" NOT NULL, role text COLLATE "C" NOT NULL, branches text COLLATE "C", disabled bigint NOT NULL,
    failed bigint NOT NULL, locked_until bigint NOT NULL, made_at bigint NOT NULL);
CREATE TABLE api_key (
    id bigint NOT NULL PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE, key_hash bytea NOT NULL UNIQUE, scopes text COLLATE "C" NOT NULL, branch bigint, made_at bigint NOT NULL,
    used_at bigint, revoked_at bigint);
CREATE TABLE protection_key (id text COLLATE "C" NOT NULL PRIMARY KEY, xml text COLLATE "C" NOT NULL);
UPDATE tables_version SET version = 15;
