using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Tills;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>A till as its people see it.</summary>
/// <param name="SeenAt">When it last called; null for never.</param>
/// <param name="Unposted">Entries that it had unposted then.</param>
/// <param name="PostedEntries">Up to which entry its journal is held.</param>
public sealed record TillRow(
    long Till, string Name, long Branch, string State, string? SeenAt, long Unposted, long PostedEntries, long Quarantined, string? Program);

/// <summary>The counter machines, as people look after them.</summary>
public sealed class Machines(IServerDatabase database, TimeProvider clock, WordsFile words)
{
    public static List<TillRow> All(Session session)
    {
        var tills = new List<TillRow>();
        using var reader = session.Query(
            """
            SELECT t.id, t.name, t.branch, t.state, t.seen_at, t.unposted, h.n, q.quarantined, t.program
            FROM till t JOIN till_head h ON h.till = t.id
            LEFT JOIN (SELECT till, CAST(count(*) AS bigint) AS quarantined FROM quarantine WHERE state = 'quarantined' GROUP BY till) q ON q.till = t.id
            ORDER BY t.id
            """);
        while (reader.Read())
        {
            tills.Add(new TillRow(
                reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2), reader.GetString(3),
                reader.IsDBNull(4) ? null : Instant.Format(reader.GetInt64(4)), reader.GetInt64(5), reader.GetInt64(6),
                reader.IsDBNull(7) ? 0 : reader.GetInt64(7), reader.IsDBNull(8) ? null : reader.GetString(8)));
        }
        return tills;
    }

    /// <summary>Lets tills in no more, with all that were renewed from them.</summary>
    /// <param name="meant">The tills that are named; asked in the deed's transaction.</param>
    /// <returns>All that are revoked by it.</returns>
    public List<long> Revoke(Actor actor, Func<Session, List<long>> meant)
    {
        var revoked = Do(actor, "till revoke", session =>
        {
            var line = meant(session).SelectMany(till => TillNames.LineOf(session, till)).Distinct().ToList();
            foreach (var till in line)
            {
                session.Execute("UPDATE till SET state = @revoked WHERE id = @till", TillState.Revoked.Text(), till);
                AuthorityWords.Say(session, AuthorityWords.OfTill(till), AuthorityWords.Out, Now);
            }
            return line;
        });
        words.BringIfPossible();
        return revoked;
    }

    /// <summary>Takes a revocation back, of those named and no others.</summary>
    /// <exception cref="ShopException">One is not revoked; nothing was changed.</exception>
    public List<long> LetInAgain(Actor actor, Func<Session, List<long>> meant)
    {
        var letIn = Do(actor, "till revoke --undo", session =>
        {
            var tills = meant(session);
            foreach (var till in tills)
            {
                if (session.Execute(
                    "UPDATE till SET state = @enrolled WHERE id = @till AND state = @revoked", TillState.Enrolled.Text(), till, TillState.Revoked.Text()) == 0)
                {
                    throw new ShopException($"Till {till} is not revoked. Nothing was changed.");
                }
                AuthorityWords.Say(session, AuthorityWords.OfTill(till), AuthorityWords.In, Now);
            }
            return tills;
        });
        words.BringIfPossible();
        return letIn;
    }

    /// <summary>Has tills fetch a fresh replica at their next hello; their journals stay as they are.</summary>
    public List<long> Reprovision(Actor actor, Func<Session, List<long>> meant) => Do(actor, "till reprovision", session =>
    {
        var tills = meant(session);
        tills.ForEach(till => session.Execute("UPDATE till SET reprovision_from = @now WHERE id = @till", Now, till));
        return tills;
    });

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private List<long> Do(Actor actor, string deed, Func<Session, List<long>> work) => database.Doing(clock, actor, deed, session =>
    {
        var done = work(session);
        return new Done<List<long>>(done, $"till {string.Join(", ", done)}");
    });
}
