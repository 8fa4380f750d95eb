-- The sync engine's own tables, made at each start where they are absent. A key's absent part is zero, so that one shape of key serves every table.
CREATE TABLE IF NOT EXISTS sync_state (id INTEGER NOT NULL PRIMARY KEY, epoch TEXT NOT NULL, tip INTEGER NOT NULL, head INTEGER NOT NULL, triggers TEXT NOT NULL, proof_key BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS sync_dirty (id INTEGER NOT NULL PRIMARY KEY, tab INTEGER NOT NULL, k_int INTEGER NOT NULL, k_guid BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS sync_bucket (id INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE IF NOT EXISTS sync_feed (
    seq INTEGER NOT NULL PRIMARY KEY, bucket INTEGER NOT NULL, tab INTEGER NOT NULL, k_int INTEGER NOT NULL, k_guid BLOB NOT NULL,
    removed INTEGER NOT NULL, bytes BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS sync_feed_row ON sync_feed (tab, k_int, k_guid, bucket);
CREATE INDEX IF NOT EXISTS sync_feed_bucket ON sync_feed (bucket);
CREATE INDEX IF NOT EXISTS sync_feed_removed ON sync_feed (seq) WHERE removed = 1;
CREATE TABLE IF NOT EXISTS sync_mark (at INTEGER NOT NULL PRIMARY KEY, seq INTEGER NOT NULL, forgotten INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS sync_kept (client INTEGER NOT NULL PRIMARY KEY, after INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS sync_digest (bucket INTEGER NOT NULL, tab INTEGER NOT NULL, rows INTEGER NOT NULL, sum BLOB NOT NULL, PRIMARY KEY (bucket, tab)) STRICT;
CREATE TABLE IF NOT EXISTS sync_client (client INTEGER NOT NULL PRIMARY KEY, acknowledged INTEGER NOT NULL, chain BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS sync_inbox (
    client INTEGER NOT NULL, n INTEGER NOT NULL, id BLOB NOT NULL, kind TEXT NOT NULL, format INTEGER NOT NULL, sealed_at INTEGER NOT NULL,
    hash BLOB NOT NULL, chain BLOB NOT NULL, payload BLOB NOT NULL, synchronisation BLOB NOT NULL, received_at INTEGER NOT NULL,
    state TEXT NOT NULL, result TEXT NOT NULL, PRIMARY KEY (client, n)) STRICT;
CREATE INDEX IF NOT EXISTS sync_inbox_synchronisation ON sync_inbox (client, synchronisation);
CREATE INDEX IF NOT EXISTS sync_inbox_received ON sync_inbox (received_at);
CREATE INDEX IF NOT EXISTS sync_inbox_kept ON sync_inbox (client, n) WHERE state <> 'posted';
CREATE TABLE IF NOT EXISTS sync_fork (
    id BLOB NOT NULL PRIMARY KEY, client INTEGER NOT NULL, n INTEGER NOT NULL, kind TEXT NOT NULL, format INTEGER NOT NULL,
    sealed_at INTEGER NOT NULL, hash BLOB NOT NULL, payload BLOB NOT NULL, received_at INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'quarantined') STRICT;
CREATE TABLE IF NOT EXISTS sync_desk (
    id INTEGER NOT NULL PRIMARY KEY, entry BLOB NOT NULL, at INTEGER NOT NULL, deed TEXT NOT NULL, why TEXT, payload BLOB, hash BLOB, number INTEGER) STRICT;
CREATE INDEX IF NOT EXISTS sync_desk_entry ON sync_desk (entry);
-- A row here says that the shop was carried to another database, or is being carried to this one.
CREATE TABLE IF NOT EXISTS sync_move (id INTEGER NOT NULL PRIMARY KEY, what TEXT NOT NULL) STRICT;
