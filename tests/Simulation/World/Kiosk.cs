using System.Globalization;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Foreign;
using Bookmine.SyncServer.Tills;
using Bookmine.Tests.Support;

namespace Bookmine.Simulation.World;

/// <summary>
/// A till of another engine in the simulated shop: it sends rows, in parts, doubled, reordered, again and again, over lines that lose answers, to a server that dies over
/// them and whose records are put back. What it sold is there once in the end, under the numbers it was told, and its tables are the server's.
/// </summary>
internal sealed class Kiosk
{
    /// <summary>Which shops have one, so that the others live as they did before there was any.</summary>
    private const int OneIn = 5;

    private const int Branch = 1;
    private const int MostRounds = 6;
    private readonly ShopWorld world;
    private readonly Random random;
    private readonly TrackingTill till;
    private readonly List<Sale> sales = [];
    private long docket;
    private int words;

    private Kiosk(ShopWorld world)
    {
        this.world = world;
        random = new Random(world.Seed * 7_001);
        var (code, _) = world.Server.Enrolment.NewCode(Branch, "kiosk", isForeign: true);
        var reply = world.Server.Enrolment.Enrol(code);
        docket = reply.BlockFirst;
        var clock = new SimClock(world.Time);
        till = new TrackingTill(
            world.Server.Foreign, () => world.Server.Tills.Prove(reply.Till, reply.Secret)!, clock, new EntityIds(clock, new Random(world.Seed + 1_000_003))) { IsGuarded = true };
        till.Exchange();
        Till = reply.Till;
    }

    private sealed record Sale(Guid Id, string Reference, Guid Stock, long Cents, bool WasAfterRestore)
    {
        public long? Told { get; set; }
    }

    public long Till { get; }

    /// <summary>Null where this shop has none.</summary>
    public static Kiosk? Of(ShopWorld world) => world.Seed % OneIn == 0 ? new Kiosk(world) : null;

    /// <summary>What it has shipped, for the counts of what is on hand.</summary>
    public IEnumerable<(long Branch, Guid Stock)> Shipped => sales.Select(s => ((long)Branch, s.Stock));

    /// <summary>Something that happens there.</summary>
    /// <param name="plan">Lets the server's disk fail in the middle.</param>
    public void Step(Action plan)
    {
        switch (random.Next(10))
        {
            case < 4:
                Sell();
                break;
            case 4:
                Record();
                break;
            case 5 when till.Rows.Values.FirstOrDefault(r => r.Table == BookmineSetup.Contact) is { } contact:
                till.Remove(BookmineSetup.Contact, contact.Key);
                break;
            case 6 when world.Server.IsUp && random.Next(4) == 0:
                world.Tell("the kiosk is to begin afresh");
                world.Server.Database.Writing(s => s.Execute("UPDATE till SET reprovision_from = reprovision_from + 1 WHERE id = @till", Till));
                break;
            default:
                plan();
                Exchange();
                break;
        }
    }

    /// <summary>The faults have stopped: what it has is brought.</summary>
    public void ComeToRest()
    {
        for (var round = 0; round < MostRounds; round++)
        {
            till.Use(world.Server.Foreign);
            till.Exchange();
            Hear();
        }
    }

    public void Check()
    {
        var model = world.Model;
        foreach (var sale in sales)
        {
            var found = world.Server.Read(s => TableSql.Where(s, BookmineSetup.Document, "reference = @reference", sale.Reference));
            model.Require(found.Count == 1, $"{sale.Reference} of the kiosk is on the server {found.Count} times");
            model.Require(found.TrueForAll(d => d.IntegerOrNull("trans_id") == sale.Told), $"{sale.Reference} of the kiosk was told another number");
            var paid = world.Server.Number("SELECT CAST(sum(amount_cents) AS bigint) FROM payment WHERE document_id = @id", sale.Id);
            model.Require(paid == sale.Cents, $"{sale.Reference} of the kiosk was paid {paid}, not {sale.Cents}");
        }
        CheckTables();
    }

    private void Sell()
    {
        for (var i = random.Next(1, 3); i > 0; i--)
        {
            var (stock, cents, reference) = (world.Stock[random.Next(world.Stock.Count)], random.Next(100, 3_000), $"K{++words}");
            sales.Add(new Sale(till.Sell(docket++, stock, cents, reference: reference), reference, stock, cents, world.WasRestored));
        }
    }

    private void Record()
    {
        switch (random.Next(4))
        {
            case 0:
                till.AddContact($"Kiosk {++words}");
                break;
            case 1:
                till.AddStock($"Kiosk {++words}", 500, 0);
                break;
            case 2 when till.Rows.Values.FirstOrDefault(r => r.Table == BookmineSetup.Contact) is { } contact:
                till.AddEmail(contact.Key.Guid);
                break;
            case 3:
                var stock = world.Stock[random.Next(world.Stock.Count)];
                if (till.Has(BookmineSetup.Stock, stock))
                {
                    till.Change(BookmineSetup.Stock, new RowKey(stock), "publisher", $"kiosk {++words}");
                }
                break;
        }
    }

    private void Exchange()
    {
        // A header, its lines or its payments may be read before they are there.
        var lacking = random.Next(4) == 0 ? new[] { BookmineSetup.Document, BookmineSetup.DocumentLine, BookmineSetup.Payment }[random.Next(3)] : null;
        var isLost = random.Next(5) == 0;
        var disorder = random.Next(4);
        try
        {
            if (!world.Server.IsUp)
            {
                return;
            }
            till.Use(world.Server.Foreign);
            var outcome = till.Exchange(
                r => r.Table != lacking,
                rows => disorder switch { 0 => [.. rows, .. rows], 1 => [.. rows.AsEnumerable().Reverse()], _ => rows },
                isLost);
            world.Tell(string.Create(CultureInfo.InvariantCulture, $"the kiosk: {outcome.Posted} posted, {outcome.Quarantined} wait{(isLost ? ", and the answer is lost" : "")}"));
            world.Log.Met("Kiosk", isLost ? "answer lost" : lacking is not null ? "in parts" : "whole");
            Hear();
        }
        catch (Exception e) when (e is not InvalidCastException and not NullReferenceException && (world.Server.Disk.IsDead || world.Server.Disk.HasFaulted
            || e is Sync.Orchestrators.PostingPutOffException or Sync.Feed.FeedBusyException))
        {
            world.Tell($"the kiosk: {e.GetType().Name} {e.Message}");
            world.Log.Met("Kiosk", "failed");
        }
    }

    /// <summary>A number that it was told changes only where the records were put back, and what it had told with them.</summary>
    private void Hear()
    {
        foreach (var sale in sales)
        {
            if (till.Rows.TryGetValue((BookmineSetup.Document, new RowKey(sale.Id)), out var document) && document.IntegerOrNull("trans_id") is { } number)
            {
                world.Model.Require(sale.Told is null || sale.Told == number || world.WasRestored, $"{sale.Reference} of the kiosk was {sale.Told} and is {number}");
                world.Model.Require(sale.Told is null || number >= sale.Told, $"{sale.Reference} of the kiosk was {sale.Told} and has gone back to {number}");
                sale.Told = number;
            }
        }
    }

    private void CheckTables()
    {
        var scope = world.Server.Tills.RecordOf(till.Known).Scope;
        foreach (var table in BookmineSetup.Instance.Tables.Where(t => !t.Bucket.IsOfServerOnly))
        {
            var here = world.Server.Read(s => TableSql.Where(s, table, "1 = 1")).ToDictionary(r => r.Key);
            var there = till.Rows.Where(r => r.Key.Table == table && table.Bucket.Of(r.Value) is not null).ToDictionary(r => r.Key.Key, r => r.Value);
            foreach (var (key, row) in here.Where(r => table.Bucket.Of(r.Value) is { } bucket && scope.Contains(bucket)))
            {
                world.Model.Require(
                    there.TryGetValue(key, out var held) && table.Columns.All(c => Equals(row[c], held[c])), $"the kiosk's {table.Name} {key} is not the server's");
            }
            // Months that have passed stay where they are.
            world.Model.Require(
                there.Keys.All(key => here.TryGetValue(key, out var row) && table.Bucket.Of(row) is { } bucket && (scope.Contains(bucket) || bucket.Split(':').Length > 2)),
                $"the kiosk has rows of {table.Name} that are not for it");
        }
    }
}
