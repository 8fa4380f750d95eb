using System.Security.Cryptography;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Wire;

namespace Bookmine.SyncServer.Tills;

/// <summary>A till as its secret proved it to be.</summary>
public sealed record KnownTill(long Id, string Name, long Branch);

/// <summary>Who the tills are and what each may have.</summary>
public sealed class TillRegister(IServerDatabase database, TimeProvider clock)
{
    /// <summary>The till that this number and secret prove; null when they prove none.</summary>
    public KnownTill? Prove(long till, string secret) => database.Reading(session =>
    {
        using var reader = session.Query("SELECT name, branch, secret_hash FROM till WHERE id = @till AND state <> 'revoked'", till);
        return reader.Read() && CryptographicOperations.FixedTimeEquals(reader.GetFieldValue<byte[]>(2), Enrolment.HashOf(secret))
            ? new KnownTill(till, reader.GetString(0), reader.GetInt64(1))
            : null;
    });

    /// <summary>What the server's records give this till: its scope, its blocks, and an order to reprovision.</summary>
    public ClientRecord RecordOf(KnownTill till) => database.Reading(session => Record(session, till));

    /// <summary>The same at a hello, which also leases a new block when the till's numbers run low, and notes that the till was there.</summary>
    public ClientRecord Greet(KnownTill till, HelloRequest hello)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var record = RecordOf(till);
        var low = hello.NumbersLeft < NumberBlocks.TopUpBelow && record.Blocks[^1].First == hello.LastBlock;
        var quiet = !low && database.Reading(s => s.Scalar(
            "SELECT 1 FROM till WHERE id = @id AND seen_at > @recently AND unposted = @unposted",
            till.Id, now - 60_000, hello.LastN - hello.Acknowledged)) is not null;
        return quiet ? record : database.Writing(session =>
        {
            session.Execute("UPDATE till SET seen_at = @now, unposted = @unposted WHERE id = @id", now, hello.LastN - hello.Acknowledged, till.Id);
            if (low)
            {
                NumberBlocks.Lease(session, till.Id, till.Branch, till.Name);
            }
            return Record(session, till);
        });
    }

    private ClientRecord Record(Session session, KnownTill till)
    {
        using var reader = session.Query(
            "SELECT b.time_zone, t.reprovision_from FROM till t JOIN branch b ON b.id = t.branch WHERE t.id = @till", till.Id);
        reader.Read();
        var today = BranchDay.Of(clock.GetUtcNow().ToUnixTimeMilliseconds(), TimeZoneInfo.FindSystemTimeZoneById(reader.GetString(0)));
        var reprovisionFrom = reader.GetInt64(1);
        reader.Close();
        return new ClientRecord(
            till.Id, BookmineSetup.ScopeOf(till.Branch, BranchDay.MonthOf(today)), NumberBlocks.Of(session, till.Id), reprovisionFrom);
    }
}
