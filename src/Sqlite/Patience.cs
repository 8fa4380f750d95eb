using SQLitePCL;

namespace Bookmine.Sqlite;

/// <summary>Waits, as the driver does, while another program has the file locked.</summary>
/// <param name="seconds">How long; 0 for ever.</param>
internal struct Patience(int seconds)
{
    private const int PauseMilliseconds = 10;
    private const int PrimaryCode = 0xff;
    private long? begun;

    /// <returns>Whether the step is worth another try, after a pause.</returns>
    public bool Waits(int code, sqlite3 database)
    {
        // A reader that would write after another has written never can, however long it waits.
        if ((code & PrimaryCode) is not (raw.SQLITE_BUSY or raw.SQLITE_LOCKED) || raw.sqlite3_extended_errcode(database) == raw.SQLITE_BUSY_SNAPSHOT)
        {
            return false;
        }
        begun ??= Environment.TickCount64;
        if (seconds != 0 && Environment.TickCount64 - begun >= seconds * 1000L)
        {
            return false;
        }
        Thread.Sleep(PauseMilliseconds);
        return true;
    }
}
