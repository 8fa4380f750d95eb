using System.Security.Cryptography;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Wire;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Posting.Findings;

namespace Bookmine.SyncServer.Tills;

/// <summary>A till as its secret proved it to be.</summary>
/// <param name="IsForeign">Whether it is a client of another engine, which keeps no journal.</param>
public sealed record KnownTill(long Id, string Name, long Branch, TillState State = TillState.Enrolled, bool IsForeign = false);

/// <summary>Who the tills are and what each may have.</summary>
public sealed class TillRegister(IServerDatabase database, TimeProvider clock)
{
    private const int MostProgramCharacters = 40;

    /// <summary>The till that this number and secret prove; null when they prove none.</summary>
    public KnownTill? Prove(long till, string secret) => database.Reading(session =>
    {
        using var reader = session.Query("SELECT name, branch, secret_hash, state, is_foreign FROM till WHERE id = @till", till);
        return reader.Read() && CryptographicOperations.FixedTimeEquals(reader.GetFieldValue<byte[]>(2), Enrolment.HashOf(secret))
            ? new KnownTill(till, reader.GetString(0), reader.GetInt64(1), TillStates.Read(reader.GetString(3)), reader.GetInt64(4) == 1)
            : null;
    });

    /// <summary>A till by its number, in use or not; null when there is none.</summary>
    public KnownTill? Find(long till) => database.Reading(session =>
    {
        using var reader = session.Query("SELECT name, branch FROM till WHERE id = @till", till);
        return reader.Read() ? new KnownTill(till, reader.GetString(0), reader.GetInt64(1)) : null;
    });

    /// <summary>What the server's records give this till: its scope, its blocks, and an order to reprovision.</summary>
    public ClientRecord RecordOf(KnownTill till) => database.Reading(session => Record(session, till));

    /// <summary>The buckets that a till which was proved a while ago may have now; null for none any more.</summary>
    public IReadOnlyList<string>? ScopeOf(Session session, long till) =>
        session.Scalar("SELECT state FROM till WHERE id = @till", till) is string state && TillStates.Read(state).May(TillDeed.Download)
            ? Standing(session, till).Scope : null;

    /// <summary>The same at a hello, which also leases a new block when the till's numbers run low, and notes, to the minute, that the till
    /// was there
    /// (and so heard of a successor to the server's key).</summary>
    public ClientRecord Greet(KnownTill till, HelloRequest hello)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var record = RecordOf(till, hello.Blocks);
        if (hello.Mended is { } mended)
        {
            NoteMended(till, mended, now);
        }
        var program = hello.Program is { } told ? told[..Math.Min(told.Length, MostProgramCharacters)] : "";
        var unposted = Unposted(hello);
        // Written when the hello is noted anyway: what it says beside how much is unposted can wait for a minute.
        var report = TillReport.Of(hello)?.ToText();
        var low = till.State.May(TillDeed.Numbers) && hello.NumbersLeft < NumberBlocks.TopUpBelow && hello.Blocks.Any(b => b.First == record.Blocks[^1].First)
            && MayLease(till.Id, now);
        var quiet = !low && database.Reading(s => s.Scalar(
            """
            SELECT 1 FROM till WHERE id = @id AND seen_at > @recently AND seen_at > coalesce((SELECT made_at FROM server_key WHERE state = 'next'), 0)
                AND unposted = coalesce(@unposted, unposted) AND coalesce(program, '') = @program
            """,
            till.Id, now - 60_000, unposted, program)) is not null;
        return quiet ? record : database.Writing(session =>
        {
            session.Execute(
                """
                UPDATE till SET seen_at = @now, unposted = coalesce(@unposted, unposted), program = @program, report = coalesce(@report, report)
                WHERE id = @id
                """,
                now, unposted, program.Length == 0 ? null : program, report, till.Id);
            if (low)
            {
                LeaseMore(session, till, now);
            }
            return Record(session, till);
        });
    }

    /// <summary>
    /// Leases a foreign till more numbers when those of its last block run low: such a till says nothing of them but by what it posts.
    /// </summary>
    public void TopUp(KnownTill till)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (till.State.May(TillDeed.Numbers) && database.Reading(session => IsLow(session, till.Id)) && MayLease(till.Id, now))
        {
            database.Writing(session =>
            {
                LeaseMore(session, till, now);
                return true;
            });
        }
    }

    /// <summary>
    /// Leases a foreign till another block, so that it prints no number again that it has forgotten; as often as any till may have one.
    /// </summary>
    /// <exception cref="ShopException">It had one within the hour.</exception>
    public void LeaseAfresh(KnownTill till)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (!till.State.May(TillDeed.Numbers) || !MayLease(till.Id, now))
        {
            throw new ShopException(
                "This till's tables are new, and what numbers it has printed before it does not know. It has had a block of numbers within the hour: "
                + "synchronise again when that is over. Was its file lost twice, or is another machine using its identity?");
        }
        database.Writing(session =>
        {
            LeaseMore(session, till, now);
            return true;
        });
    }

    /// <summary>Notes, to the minute, that a foreign till was there.</summary>
    /// <returns>Whether it had been there before.</returns>
    public bool NoteSeen(KnownTill till)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var last = database.Reading(session => session.Integer("SELECT seen_at FROM till WHERE id = @till", till.Id));
        if (last is null || now - last is < 0 or > 60_000)
        {
            database.Writing(session => session.Execute("UPDATE till SET seen_at = @now WHERE id = @till", now, till.Id));
        }
        return last is not null;
    }

    private static bool IsLow(Session session, long till)
    {
        if (NumberBlocks.Of(session, till) is not [.., var last])
        {
            return true;
        }
        var used = session.Integer("SELECT max(docket) FROM document WHERE docket >= @first AND docket <= @last", last.First, last.Last) ?? (last.First - 1);
        return last.Last - used < NumberBlocks.TopUpBelow;
    }

    /// <summary>How many entries the till has that are not posted; null where it says nothing of its journal.</summary>
    /// <exception cref="WireFormatException">What it says cannot be.</exception>
    private static long? Unposted(HelloRequest hello) => hello switch
    {
        { LastN: < 0 } or { Acknowledged: < 0 } => throw new WireFormatException("The hello names an entry before the first."),
        { LastN: long.MaxValue } => null,
        _ => Math.Max(hello.LastN - hello.Acknowledged, 0),
    };

    /// <summary>
    /// A block is more numbers than any counter prints in a day. Who asks for more within the hour has miscounted or lies, and has the last
    /// block besides.
    /// </summary>
    private bool MayLease(long till, long now) =>
        database.Reading(s => s.Integer("SELECT leased_at FROM till WHERE id = @till", till)) is not { } last || now - last is < 0 or > NumberBlocks.AgainAfter;

    private static void LeaseMore(Session session, KnownTill till, long now)
    {
        var last = session.Integer("SELECT leased_at FROM till WHERE id = @till", till.Id);
        var block = NumberBlocks.Lease(session, till.Id, till.Branch, till.Name);
        session.Execute("UPDATE till SET leased_at = @now WHERE id = @till", now, till.Id);
        if (now - last is >= 0 and < NumberBlocks.UsedUpNoSoonerThan)
        {
            var text = $"till {till.Name} has asked for more D-numbers within a day of its last {NumberBlocks.Size:N0}, "
                + $"and has got {block.First} to {block.Last}: is it still in the shop's hands?";
            FindingLog.Note(session, new Finding(till.Id, 0, FindingKinds.ManyNumbers, $"till {till.Id}", text), now);
        }
    }

    private void NoteMended(KnownTill till, string fault, long now)
    {
        const int mostCharacters = 500;
        var text = $"till {till.Name} has found its replica other than it was received, and has replaced it: {fault[..Math.Min(fault.Length, mostCharacters)]}";
        database.Writing(session =>
        {
            FindingLog.Note(session, new Finding(till.Id, 0, FindingKinds.ReplicaMended, $"till {till.Id}", text), now);
            return true;
        });
    }

    /// <summary>
    /// The same, after taking down again the blocks that the till proves to have been leased, and that records put back from a backup lack.
    /// </summary>
    public ClientRecord RecordOf(KnownTill till, IReadOnlyList<NumberBlock> told)
    {
        var record = RecordOf(till);
        var lost = LostBlocks(till, told, record);
        if (lost.Count == 0)
        {
            return record;
        }
        database.Writing(session =>
        {
            NumberBlocks.TakeDown(session, till.Id, till.Branch, till.Name, lost);
            return true;
        });
        return RecordOf(till);
    }

    private List<NumberBlock> LostBlocks(KnownTill till, IReadOnlyList<NumberBlock> told, ClientRecord record)
    {
        var unknown = told.Where(b => record.Blocks.All(r => r.First != b.First)).ToList();
        return unknown.Count == 0 ? unknown
            : database.Reading(session => unknown.FindAll(b => FeedState.ProofOf(session).HoldsBlock(till.Id, b.First, b.Last, b.Mac)));
    }

    /// <summary>Gives a till to another branch; what it sold before is posted to the branch it sold it in.</summary>
    /// <returns>False when no such till is in use.</returns>
    public bool Move(long till, long branch) => database.Writing(session =>
    {
        if (session.Execute("UPDATE till SET branch = @branch WHERE id = @till AND state = @enrolled", branch, till, TillState.Enrolled.Text()) == 0)
        {
            return false;
        }
        session.Execute("UPDATE till_head SET branch = @branch WHERE till = @till", branch, till);
        session.Execute("UPDATE number_block SET branch = @branch WHERE till = @till", branch, till);
        session.Execute("UPDATE quarantine SET branch = @branch WHERE till = @till", branch, till);
        session.InsertIfAbsent("till_branch", "till, branch, since", till, branch, clock.GetUtcNow().ToUnixTimeMilliseconds());
        return true;
    });

    private ClientRecord Record(Session session, KnownTill till)
    {
        var (scope, reprovisionFrom, state) = Standing(session, till.Id);
        return new ClientRecord(till.Id, scope, NumberBlocks.Of(session, till.Id), reprovisionFrom, state.Withheld());
    }

    private (IReadOnlyList<string> Scope, long ReprovisionFrom, TillState State) Standing(Session session, long till)
    {
        using var reader = session.Query(
            "SELECT b.time_zone, t.reprovision_from, c.posted_at, t.branch, t.state "
            + "FROM till t JOIN branch b ON b.id = t.branch CROSS JOIN counter c WHERE t.id = @till AND c.id = 1",
            till);
        reader.Read();
        // A clock that was set back does not take back the month in which postings were made: they run on from the last.
        var now = Math.Max(clock.GetUtcNow().ToUnixTimeMilliseconds(), reader.GetInt64(2));
        var today = BranchDay.Of(now, TimeZones.Find(reader.GetString(0)));
        return (BookmineSetup.ScopeOf(reader.GetInt64(3), BranchDay.MonthOf(today)), reader.GetInt64(1), TillStates.Read(reader.GetString(4)));
    }
}
