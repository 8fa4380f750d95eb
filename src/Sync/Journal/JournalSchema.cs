namespace Bookmine.Sync.Journal;

/// <summary>The journal's file. It is only ever changed by adding tables.</summary>
internal static class JournalSchema
{
    public const string Settings = """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA busy_timeout = 10000;
        """;

    public const string Tables = """
        CREATE TABLE IF NOT EXISTS meta (name TEXT NOT NULL PRIMARY KEY, value ANY) STRICT;
        CREATE TABLE IF NOT EXISTS block (first INTEGER NOT NULL PRIMARY KEY, last INTEGER NOT NULL, next INTEGER NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS block_proof (first INTEGER NOT NULL PRIMARY KEY, mac TEXT NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS entry (
            n INTEGER NOT NULL PRIMARY KEY,
            id BLOB NOT NULL,
            kind TEXT NOT NULL,
            format INTEGER NOT NULL,
            number INTEGER,
            amount INTEGER NOT NULL,
            payload BLOB NOT NULL,
            hash BLOB NOT NULL,
            chain BLOB NOT NULL,
            sealed_at INTEGER NOT NULL,
            result TEXT) STRICT;
        CREATE TABLE IF NOT EXISTS archive (first INTEGER NOT NULL PRIMARY KEY, last INTEGER NOT NULL, chain BLOB NOT NULL, number INTEGER NOT NULL) STRICT;
        CREATE UNIQUE INDEX IF NOT EXISTS entry_id ON entry (id);
        CREATE UNIQUE INDEX IF NOT EXISTS entry_number ON entry (number) WHERE number IS NOT NULL;
        """;
}
