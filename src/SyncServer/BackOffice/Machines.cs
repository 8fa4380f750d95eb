using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Tills;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>A till as its people see it.</summary>
/// <param name="SeenAt">When it last called; null for never.</param>
/// <param name="Unposted">Entries that it had unposted then.</param>
/// <param name="PostedEntries">Up to which entry its journal is held.</param>
/// <param name="UnpostedCents">What they came to; null where the till did not say.</param>
/// <param name="UnpostedSince">When the first of them was sealed.</param>
/// <param name="ReplicaAt">When its replica was made.</param>
/// <param name="DNumbersLeft">In hundreds.</param>
/// <param name="Trouble">What a person should see to there.</param>
public sealed record TillRow(
    long Till, string Name, long Branch, string State, string? SeenAt, long Unposted, long PostedEntries, long Quarantined, string? Program,
    long? UnpostedCents = null, string? UnpostedSince = null, string? ReplicaAt = null, long? DNumbersLeft = null, string? Trouble = null,
    bool IsForeign = false, bool HasReprovisionOrder = false);

/// <summary>A code to enrol a till with.</summary>
/// <param name="ExpiresAt">Unix milliseconds.</param>
public sealed record NewCode(string Till, string Code, long ExpiresAt);

/// <summary>The counter machines, as people look after them.</summary>
public sealed class Machines(IServerDatabase database, TimeProvider clock, WordsFile words)
{
    private const int MostName = 100;

    /// <param name="branches">Whose; null for all.</param>
    public static List<TillRow> All(Session session, IReadOnlyList<long>? branches = null)
    {
        var tills = new List<TillRow>();
        using var reader = session.Query(
            $"""
            SELECT t.id, t.name, t.branch, t.state, t.seen_at, t.unposted, h.n, q.quarantined, t.program, t.report, t.is_foreign, t.reprovision_from
            FROM till t JOIN till_head h ON h.till = t.id
            LEFT JOIN (SELECT till, CAST(count(*) AS bigint) AS quarantined FROM quarantine WHERE state = 'quarantined' GROUP BY till) q ON q.till = t.id
            WHERE {BranchFilter.In("t.branch", branches)} ORDER BY t.id
            """);
        while (reader.Read())
        {
            var (unposted, report) = (reader.GetInt64(5), TillReport.Read(DbValues.ReadTextOrNull(reader, 9)));
            var told = unposted > 0 ? report : null;
            tills.Add(new TillRow(
                reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2), reader.GetString(3), Instant.Format(DbValues.ReadIntegerOrNull(reader, 4)),
                unposted, reader.GetInt64(6), DbValues.ReadIntegerOrNull(reader, 7) ?? 0, DbValues.ReadTextOrNull(reader, 8), told?.UnpostedCents,
                Instant.Format(told?.UnpostedSince), report is { ReplicaAt: > 0 and var at } ? Instant.Format(at) : null, report?.NumbersLeft,
                report?.Trouble, reader.GetInt64(10) == 1, report is { ReplicaAt: > 0 and var made } && reader.GetInt64(11) > made));
        }
        return tills;
    }

    /// <summary>Lets tills in no more, with all that were renewed from them.</summary>
    /// <param name="meant">The tills that are named; asked in the deed's transaction.</param>
    /// <returns>All that are revoked by it.</returns>
    public List<long> Revoke(Actor actor, Func<Session, List<long>> meant)
    {
        var revoked = Do(actor, "till revoke", meant, (session, tills) =>
        {
            var line = tills.SelectMany(till => TillNames.LineOf(session, till)).Distinct().ToList();
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
        var letIn = Do(actor, "till revoke --undo", meant, (session, tills) =>
        {
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
    public List<long> Reprovision(Actor actor, Func<Session, List<long>> meant) => Do(actor, "till reprovision", meant, (session, tills) =>
    {
        tills.ForEach(till => session.Execute("UPDATE till SET reprovision_from = @now WHERE id = @till", Now, till));
        return tills;
    });

    /// <summary>One-time codes to enrol tills with, one for each name.</summary>
    /// <param name="isForeign">For tills of another engine.</param>
    /// <returns>Each name with its code, which is nowhere else, and until when it is good (Unix milliseconds).</returns>
    /// <exception cref="ShopException">A name is none, or is given twice; no code was made.</exception>
    public List<NewCode> NewCodes(Actor actor, long branch, IReadOnlyList<string> names, bool isForeign = false, bool withKey = true)
    {
        var clean = names.Select(n => n.Trim()).ToList();
        if (clean.Count == 0 || clean.Exists(n => n.Length is 0 or > MostName))
        {
            throw new ShopException($"A till needs a name of 1 to {MostName} characters, such as front. No code was made.");
        }
        if (clean.GroupBy(n => n, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new ShopException($"{twice.Key} is named twice. No code was made.");
        }
        var key = withKey ? new ServerKeys(database, clock).Current().Fingerprint[..KeyFingerprint.ShortLength] : "";
        return clean.ConvertAll(name =>
        {
            var records = new AuditedDatabase(
                database, clock, actor, "till enrol-code", $"till {name}", FormattableString.Invariant($"branch {branch}"), (session, rights) =>
                {
                    rights.Demand(branch);
                    Branches.Require(session, branch);
                });
            var (secret, expires) = new Enrolment(records, clock, new SystemSecrets(), new EntityIds(clock)).NewCode(branch, name, isForeign);
            return new NewCode(name, new EnrolmentCode(secret, key).ToString(), expires);
        });
    }

    /// <summary>Gives tills to another branch; what they sold before is posted to the branch that they sold it in.</summary>
    /// <exception cref="ShopException">One is not in use; those before it in the list are moved.</exception>
    public List<long> Move(Actor actor, Func<Session, List<long>> meant, long branch)
    {
        var tills = database.Asking(actor, (session, rights) =>
        {
            rights.DemandAllBranches();
            Branches.Require(session, branch);
            return meant(session);
        });
        foreach (var till in tills)
        {
            var records = new AuditedDatabase(
                database, clock, actor, "till move", $"till {till}", FormattableString.Invariant($"to branch {branch}"), (_, rights) => rights.DemandAllBranches());
            if (!new TillRegister(records, clock).Move(till, branch))
            {
                throw new ShopException($"Till {till} is not in use, and stays where it is. bookmine-server till list shows those that are.");
            }
        }
        return tills;
    }

    /// <summary>Calls a till by another name; what it has sold follows.</summary>
    /// <exception cref="ShopException">The name is none, or another till in use of the branch has it.</exception>
    public long Rename(Actor actor, Func<Session, long> meant, string name) => database.Doing(clock, actor, "till rename", (session, rights) =>
    {
        var clean = name.Trim();
        if (clean.Length is 0 or > MostName)
        {
            throw new ShopException($"A till's name has 1 to {MostName} characters, such as front. Nothing was changed.");
        }
        var till = meant(session);
        Demand(session, rights, [till]);
        if (session.Integer(
            "SELECT o.id FROM till o JOIN till t ON t.branch = o.branch WHERE t.id = @till AND o.id <> @till AND o.name = @name AND o.state = @enrolled",
            till, clean, TillState.Enrolled.Text()) is { } taken)
        {
            throw new ShopException($"Till {taken} of that branch is called {clean} already. Nothing was changed.");
        }
        session.Execute("UPDATE till SET name = @name WHERE id = @till", clean, till);
        session.Execute($"{session.Dialect.Update} number_block SET till_name = @name WHERE till = @till", clean, till);
        return new Done<long>(till, $"till {till}", "to " + clean);
    });

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private List<long> Do(Actor actor, string deed, Func<Session, List<long>> meant, Func<Session, List<long>, List<long>> work) =>
        database.Doing(clock, actor, deed, (session, rights) =>
        {
            var tills = meant(session);
            Demand(session, rights, tills);
            var done = work(session, tills);
            return new Done<List<long>>(done, $"till {string.Join(", ", done)}");
        });

    /// <exception cref="ForbiddenException">One is of a branch that is not theirs.</exception>
    internal static void Demand(Session session, Rights rights, IEnumerable<long> tills)
    {
        foreach (var till in tills)
        {
            rights.Demand(session.Integer("SELECT branch FROM till WHERE id = @id", till) ?? 0);
        }
    }
}
