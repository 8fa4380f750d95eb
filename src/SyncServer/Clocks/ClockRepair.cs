using System.Text.Json;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Wire;

namespace Bookmine.SyncServer.Clocks;

/// <summary>What a repair has dated anew.</summary>
/// <param name="FirstTransId">Of the transactions; null where there was none.</param>
/// <param name="Latest">The latest date that was wrong, Unix milliseconds.</param>
public sealed record RepairedDates(long Transactions, long? FirstTransId, long? LastTransId, long Latest, long Now);

/// <summary>
/// Takes back dates that a clock ahead of its time has given: what was posted under it is dated as of the repair, a moment of a day that
/// nobody has
/// closed, and what was decided by such a date is decided anew. Start and shipping dates, which are the tills', stay. A new epoch follows:
/// every till
/// fetches its replica afresh.
/// </summary>
internal static class ClockRepair
{
    private const int Slice = 500;

    /// <param name="now">The time as a person has just confirmed it, Unix milliseconds.</param>
    public static RepairedDates Run(Session session, EntityIds ids, long now)
    {
        var latest = Heartbeats.Read(session, "").Last;
        var repaired = Transactions(session, now) with { Latest = latest };
        foreach (var branch in TableSql.Where(session, BookmineSetup.Branch, "1 = 1 ORDER BY id"))
        {
            OfBranch(session, branch.Integer("id"), BranchDay.Of(now, TimeZones.Find(branch.Text("time_zone"))), now);
        }
        Answers(session, now);
        foreach (var (table, column) in (IEnumerable<(string, string)>)
        [
            ("counter", "posted_at"), ("heartbeat", "believed_at"), ("finding", "noted_at"), ("finding", "resolved_at"), ("dropped", "dropped_at"), ("dropped", "settled_at"),
            ("till", "seen_at"), ("till", "enrolled_at"), ("till", "leased_at"), ("till", "reprovision_from"), ("till_branch", "since"),
            ("server_key", "made_at"), ("lookup", "asked_at"), ("command", "received_at"),
        ])
        {
            session.Execute($"UPDATE {table} SET {column} = @now WHERE {column} > @now", now);
        }
        session.Execute("DELETE FROM sync_mark WHERE at > @now", now);
        session.Execute("DELETE FROM enrol_code WHERE used_at IS NULL AND expires_at > @soon", now + ClockTable.Agreement);
        FeedState.BeginEpoch(session, ids.Next().ToString());
        return repaired;
    }

    private static RepairedDates Transactions(Session session, long now)
    {
        using var reader = session.Query("SELECT count(*), min(trans_id), max(trans_id) FROM document WHERE posted_at > @now", now);
        reader.Read();
        return new RepairedDates(Convert.ToInt64(reader.GetValue(0), null), Number(1), Number(2), 0, now);

        long? Number(int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);
    }

    private static void OfBranch(Session session, long branch, int day, long now)
    {
        var month = BranchDay.MonthOf(day);
        const string itsMonth = "month = CASE WHEN month IS NULL THEN NULL ELSE @month END";
        const string redated = "document_id IN (SELECT id FROM document WHERE branch = @branch AND posted_at > @now)";
        session.Execute($"UPDATE document_line SET {itsMonth} WHERE branch = @branch AND {redated}", month, branch, now);
        foreach (var (table, at, dayOf) in (IEnumerable<(string, string, string)>)
            [("document", "posted_at", "posted_day"), ("payment", "paid_at", "paid_day"), ("stock_movement", "posted_at", "posted_day")])
        {
            session.Execute($"UPDATE {table} SET {at} = @now, {dayOf} = @day, {itsMonth} WHERE branch = @branch AND {at} > @now", now, day, month, branch);
        }
        foreach (var (table, at) in (IEnumerable<(string, string)>)[("credit", "entered_at"), ("voucher", "entered_at"), ("till_event", "posted_at")])
        {
            session.Execute($"UPDATE {table} SET {at} = @now WHERE branch = @branch AND {at} > @now", now, branch);
        }
    }

    /// <summary>The answers that tills were given, which would bring the dates back after a restore, are given and signed anew.</summary>
    private static void Answers(Session session, long now)
    {
        var proof = FeedState.ProofOf(session);
        for (var more = true; more;)
        {
            var wrong = new List<(long Client, long N, byte[] Hash, string Result)>();
            using (var reader = session.Query(
                $"SELECT client, n, hash, result FROM sync_inbox WHERE received_at > @now ORDER BY client, n {session.Dialect.Limit("@most")}", now, Slice))
            {
                while (reader.Read())
                {
                    wrong.Add((reader.GetInt64(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2), reader.GetString(3)));
                }
            }
            foreach (var (client, n, hash, result) in wrong)
            {
                var answer = JsonSerializer.Deserialize(result, WireJson.Default.EntryResult)! with { PostedAt = now };
                session.Execute(
                    "UPDATE sync_inbox SET result = @result, received_at = @now WHERE client = @client AND n = @n",
                    JsonSerializer.Serialize(proof.Sign(client, hash, answer), WireJson.Default.EntryResult), now, client, n);
            }
            more = wrong.Count == Slice;
        }
    }
}
