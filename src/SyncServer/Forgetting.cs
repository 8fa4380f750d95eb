using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;

namespace Bookmine.SyncServer;

/// <summary>
/// What the shop keeps for a while: answers to edits, for a till that asks again; look-ups of numbers; enrolment codes. What is forgotten of tills'
/// journals is
/// the engine's.
/// </summary>
public sealed class Forgetting(IServerDatabase database)
{
    private const int Slice = 5_000;
    private static readonly TimeSpan Answers = TimeSpan.FromDays(30);
    private static readonly TimeSpan LookUps = TimeSpan.FromDays(90);
    private static readonly TimeSpan Codes = TimeSpan.FromDays(30);

    /// <param name="now">Unix milliseconds.</param>
    /// <returns>How many rows.</returns>
    public long Run(long now)
    {
        var all = 0L;
        foreach (var (table, key, at, kept) in (IEnumerable<(string, string, string, TimeSpan)>)
            [("command", "request_id", "received_at", Answers), ("lookup", "id", "asked_at", LookUps), ("enrol_code", "code_hash", "expires_at", Codes)])
        {
            var before = now - (long)kept.TotalMilliseconds;
            while (database.Writing(session => session.Execute(Statement(session, table, key, at), before, Slice)) is > 0 and var done)
            {
                all += done;
            }
        }
        var asked = now - (long)BackOffice.AnsweredOnce.Kept.TotalMilliseconds;
        return all + database.Writing(session => session.Execute("DELETE FROM answered WHERE at < @before", asked));
    }

    private static string Statement(Session session, string table, string key, string at) =>
        $"DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {at} < @before ORDER BY {at} {session.Dialect.Limit("@slice")})";
}
