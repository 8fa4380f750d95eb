using System.Diagnostics;
using Bookmine.Schema;
using Bookmine.Schema.Entries;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Posting;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.SyncServer.Posting;
using Bookmine.SyncServer.Rules;
using Bookmine.SyncServer.Tills;

namespace Bookmine.Bench;

/// <summary>How long every other posting waits for one unit: from the locking of the counter's row to the end of the commit.</summary>
internal static class HeldCounter
{
    private const int Units = 40;
    private const int SalesOfUnit = 100;

    /// <returns>The median of units of 100 sales of 3 lines, in seconds; the first ten, in which the program warms up, are left out.</returns>
    public static async Task<double> MeasureAsync(string? server)
    {
        await using var shop = await BenchShop.OpenAsync(1_000, server);
        await shop.EnrolAsync();
        var ids = new EntityIds(TimeProvider.System);
        var host = new Watched(new ShopPosting(new UploadRules(), TimeProvider.System));
        var orchestrator = new ServerOrchestrator(BookmineSetup.Instance, shop.Database, host, null!, TimeProvider.System, ids);
        var register = new TillRegister(shop.Database, TimeProvider.System);
        var client = register.RecordOf(register.Find(1)!);
        var held = new List<double>();
        for (var unit = 0; unit < Units; unit++)
        {
            orchestrator.Push(client, ids.Next(), [.. Enumerable.Range(1, SalesOfUnit).Select(
                i => Sale((unit * SalesOfUnit) + i, client.Blocks[0].First, shop, ids))]);
            held.Add(Stopwatch.GetElapsedTime(host.LockedAt).TotalSeconds);
        }
        return held.Skip(10).Order().ElementAt((Units - 10) / 2);
    }

    private static PushedEntry Sale(long n, long firstDocket, BenchShop shop, EntityIds ids)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var header = new DocumentHeader(ids.Next(), firstDocket + n, EntryKinds.Sale, 1, 1, "ada", null, now, now, null, null, true);
        var lines = Enumerable.Range(0, 3).Select(l => shop.Stock[(int)((n * 7) + (l * 331)) % shop.Stock.Count])
            .Select(s => new DocumentLine(ids.Next(), s.Guid("id"), s.Text("code"), s.IntegerOrNull("isbn13"), s.Text("title"), 1, 1000, 0, 1000)).ToList();
        var rows = DocumentRows.Of(new DocumentEntry(header, lines, [new DocumentPayment(ids.Next(), "cash", 3000, false, now)], []), ids.Next);
        var payload = ChangeGroupJson.Write(new ChangeGroup(header.Id, EntryKinds.Sale, "ada", now, rows));
        return new PushedEntry(n, header.Id, EntryKinds.Sale, 1, now, JournalEntry.HashOf(n, header.Id, EntryKinds.Sale, 1, now, payload), payload);
    }

    /// <summary>The shop's own posting, watched when it has taken its last lock.</summary>
    private sealed class Watched(IPostingHost host) : IPostingHost
    {
        public void Forked(Session session, long client) => host.Forked(session, client);

        public long LockedAt { get; set; }

        public ILedger Open(Session session, long client, bool byPerson) => new Ledger(host.Open(session, client, byPerson), this);

        public bool IsStanding(string reason) => host.IsStanding(reason);

        public void Released(Session session, Guid id, bool isPosted) => host.Released(session, id, isPosted);

        public void Restored(Session session, long client, long highestNumber, bool isNews) => host.Restored(session, client, highestNumber, isNews);

        public void Diverged(Session session, long client) => host.Diverged(session, client);
    }

    private sealed class Ledger(ILedger ledger, Watched watched) : ILedger
    {
        public string? RefusesAll => ledger.RefusesAll;

        public long PostedAt => ledger.PostedAt;

        public IEnumerable<(SyncTable Table, RowKey Key)> Touches(IReadOnlyList<ChangeGroup> groups) => ledger.Touches(groups);

        public void Read(IReadOnlyList<UnitEntry> entries, LiveRows rows)
        {
            ledger.Read(entries, rows);
            watched.LockedAt = Stopwatch.GetTimestamp();
        }

        public Judgement Judge(UnitEntry entry, ChangeGroup group) => ledger.Judge(entry, group);

        public void Quarantine(long n, Guid id) => ledger.Quarantine(n, id);

        public void Write(Guid synchronisation, IReadOnlyList<PostedEntry> posted) => ledger.Write(synchronisation, posted);

        public void Find(IReadOnlyList<PostedEntry> posted) => ledger.Find(posted);
    }
}
