using Microsoft.Data.Sqlite;

namespace Bookmine.SyncServer.Database;

/// <summary>What the machine can do to a SQLite file, for whoever has to mend it (the codes: sqlite.org/rescode.html).</summary>
internal static class SqliteFaults
{
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int Failed = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    /// <summary>What is wrong and what to do; null for a failure that is the program's own.</summary>
    public static string? Words(SqliteException failure) => failure.SqliteErrorCode switch
    {
        Busy or Locked => "another program holds the file: end its transaction, or wait until it has ended",
        ReadOnly => "the file cannot be written (is its disk mounted read-only, or does it belong to another user?)",
        Failed => "the disk failed to read or write it: look at the machine's log, and have a backup at hand",
        Corrupt or NotADatabase =>
            "the file is damaged: keep it, and put the last backup in its place with bookmine-server restore; tills post again what that lacks",
        Full => "the disk is full: make room on it",
        CannotOpen => "the file cannot be opened (is its folder there, and may this user write in it? is its disk mounted read-only?)",
        _ => null,
    };
}
