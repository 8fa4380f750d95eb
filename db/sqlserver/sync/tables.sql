-- The sync engine's own tables, made at each start where they are absent. A key's absent part is zero, so that one shape of key serves every table.
IF OBJECT_ID('sync_state') IS NULL CREATE TABLE sync_state (id BIGINT NOT NULL PRIMARY KEY, epoch NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, tip BIGINT NOT NULL, head BIGINT NOT NULL, triggers NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, proof_key VARBINARY(MAX) NOT NULL);
IF OBJECT_ID('sync_dirty') IS NULL CREATE TABLE sync_dirty (id BIGINT IDENTITY(1,1) NOT NULL PRIMARY KEY, tab BIGINT NOT NULL, k_int BIGINT NOT NULL, k_guid BINARY(16) NOT NULL);
IF OBJECT_ID('sync_bucket') IS NULL CREATE TABLE sync_bucket (id BIGINT NOT NULL PRIMARY KEY, name NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL UNIQUE);
IF OBJECT_ID('sync_feed') IS NULL CREATE TABLE sync_feed (
    seq BIGINT NOT NULL PRIMARY KEY, bucket BIGINT NOT NULL, tab BIGINT NOT NULL, k_int BIGINT NOT NULL, k_guid BINARY(16) NOT NULL,
    removed BIGINT NOT NULL, bytes VARBINARY(MAX) NOT NULL, hash VARBINARY(MAX) NOT NULL);
IF INDEXPROPERTY(OBJECT_ID('sync_feed'), 'sync_feed_row', 'IndexID') IS NULL CREATE UNIQUE INDEX sync_feed_row ON sync_feed (tab, k_int, k_guid, bucket);
IF INDEXPROPERTY(OBJECT_ID('sync_feed'), 'sync_feed_bucket', 'IndexID') IS NULL CREATE INDEX sync_feed_bucket ON sync_feed (bucket, seq);
IF INDEXPROPERTY(OBJECT_ID('sync_feed'), 'sync_feed_removed', 'IndexID') IS NULL CREATE INDEX sync_feed_removed ON sync_feed (seq) WHERE removed = 1;
IF OBJECT_ID('sync_mark') IS NULL CREATE TABLE sync_mark (at BIGINT NOT NULL PRIMARY KEY, seq BIGINT NOT NULL, forgotten BIGINT NOT NULL);
IF OBJECT_ID('sync_kept') IS NULL CREATE TABLE sync_kept (client BIGINT NOT NULL PRIMARY KEY, after BIGINT NOT NULL);
IF OBJECT_ID('sync_digest') IS NULL CREATE TABLE sync_digest (bucket BIGINT NOT NULL, tab BIGINT NOT NULL, rows BIGINT NOT NULL, sum VARBINARY(MAX) NOT NULL, PRIMARY KEY (bucket, tab));
IF OBJECT_ID('sync_client') IS NULL CREATE TABLE sync_client (client BIGINT NOT NULL PRIMARY KEY, acknowledged BIGINT NOT NULL, chain VARBINARY(MAX) NOT NULL);
IF OBJECT_ID('sync_inbox') IS NULL CREATE TABLE sync_inbox (
    client BIGINT NOT NULL, n BIGINT NOT NULL, id BINARY(16) NOT NULL, kind NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, format BIGINT NOT NULL, sealed_at BIGINT NOT NULL,
    hash VARBINARY(MAX) NOT NULL, chain VARBINARY(MAX) NOT NULL, payload VARBINARY(MAX) NOT NULL, synchronisation BINARY(16) NOT NULL, received_at BIGINT NOT NULL,
    state NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, result NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, PRIMARY KEY (client, n));
IF INDEXPROPERTY(OBJECT_ID('sync_inbox'), 'sync_inbox_synchronisation', 'IndexID') IS NULL CREATE INDEX sync_inbox_synchronisation ON sync_inbox (client, synchronisation);
IF INDEXPROPERTY(OBJECT_ID('sync_inbox'), 'sync_inbox_received', 'IndexID') IS NULL CREATE INDEX sync_inbox_received ON sync_inbox (received_at);
IF OBJECT_ID('sync_fork') IS NULL CREATE TABLE sync_fork (
    id BINARY(16) NOT NULL PRIMARY KEY, client BIGINT NOT NULL, n BIGINT NOT NULL, kind NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, format BIGINT NOT NULL,
    sealed_at BIGINT NOT NULL, hash VARBINARY(MAX) NOT NULL, payload VARBINARY(MAX) NOT NULL, received_at BIGINT NOT NULL,
    state NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL DEFAULT 'quarantined');
IF OBJECT_ID('sync_desk') IS NULL CREATE TABLE sync_desk (
    id BIGINT IDENTITY(1,1) NOT NULL PRIMARY KEY, entry BINARY(16) NOT NULL, at BIGINT NOT NULL, deed NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, why NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, payload VARBINARY(MAX), hash VARBINARY(MAX), number BIGINT);
IF INDEXPROPERTY(OBJECT_ID('sync_desk'), 'sync_desk_entry', 'IndexID') IS NULL CREATE INDEX sync_desk_entry ON sync_desk (entry);
-- A row here says that the shop was carried to another database, or is being carried to this one.
IF OBJECT_ID('sync_move') IS NULL CREATE TABLE sync_move (id BIGINT NOT NULL PRIMARY KEY, what NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL);
-- Only where it is not so yet: the change waits for every open writer, and makes snapshots taken before it fail.
IF EXISTS (SELECT 1 FROM sys.tables WHERE object_id = OBJECT_ID('sync_dirty') AND lock_escalation <> 1) ALTER TABLE sync_dirty SET (LOCK_ESCALATION = DISABLE);
