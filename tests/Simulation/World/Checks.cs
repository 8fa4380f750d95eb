using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bookmine.Schema;
using Bookmine.Schema.Entries;
using Bookmine.Simulation.Disk;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Replica;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Reports;

namespace Bookmine.Simulation.World;

/// <summary>What must hold when all has come to rest (the invariants of the design, by their numbers).</summary>
internal static class Checks
{
    /// <summary>The reports of the branch's days that are over, by the server's clock.</summary>
    public static IEnumerable<(string Day, string Report)> FinishedDays(ShopWorld world, long branch)
    {
        var zone = TimeZones.Find(branch == 1 ? "Europe/London" : "Australia/Sydney");
        // A clock that went back keeps the last posting's day open.
        var last = world.Server.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var counter = world.Server.Number("SELECT posted_at FROM counter");
        var today = BranchDay.Of(Math.Max(last, counter), zone);
        return world.Server.Database.Writing(s => DayTotals.ReadClosed(s, branch, 0, today - 1, byTaken: false, last))
            .Select(d => (d.Day, string.Create(CultureInfo.InvariantCulture,
                $"{d.Documents} {d.SalesCents} {d.RefundsCents} {string.Join(',', d.ByMethod)} {d.ShippedQuantity}")));
    }

    /// <summary>The journal's entries, each as one text.</summary>
    public static List<string> Journal(SimTill till)
    {
        using var session = new Session(till.Disk.OpenDatabase(till.Folder + "/journal.db"));
        using var reader = session.Query(
            "SELECT n, coalesce(hash, x''), coalesce(chain, x''), coalesce(payload, x''), coalesce(sealed_at, 0), coalesce(number, 0) FROM entry ORDER BY n");
        var entries = new List<string>();
        while (reader.Read())
        {
            entries.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{reader.GetInt64(0)} {Convert.ToHexString(reader.GetFieldValue<byte[]>(1))} {Convert.ToHexString(reader.GetFieldValue<byte[]>(2))} {Convert.ToHexString(SHA256.HashData(EntryVocabulary.Packing.Unpack(reader.GetFieldValue<byte[]>(3))))} {reader.GetInt64(4)} {reader.GetInt64(5)}"));
        }
        return entries;
    }

    public static void All(ShopWorld world)
    {
        Sales(world);
        Records(world);
        Holdings(world);
        MoneyChecks.All(world);
        world.Kiosk?.Check();
        foreach (var till in world.Tills)
        {
            Replica(world, till);
            if (!till.MediumFailed)
            {
                Hashes(world, till);
            }
            world.Model.Faults.AddRange(till.Line.Failures.Select(f => $"{till.Name}: the server failed without a cause: {f}"));
        }
        world.Model.Require(
            world.Server.Number("SELECT count(*) FROM finding WHERE kind = 'replica mended'") == 0, "a replica that nothing has happened to had to be mended",
            (Excuse.MediumLost, world.AnyMediumFailed || world.WasRestored), (Excuse.PutBack, world.Tills.Exists(t => t.WasPutBack)));
        world.Model.Require(
            world.Server.Number("SELECT count(*) FROM finding f WHERE NOT EXISTS (SELECT 1 FROM finding_occurrence o WHERE o.finding = f.id AND o.till = f.till AND o.n = f.n)") == 0,
            "a finding is of an entry whose report does not name it");
        foreach (var fault in world.Server.Read(BookCheck.Run))
        {
            world.Model.Require(
                false, fault,
                (Excuse.RestoredBehindBack, world.WasRestoredBehindItsBack && world.Server.Clock.WasWrong
                    && fault.Contains("dated earlier", StringComparison.Ordinal)));
        }
        world.Model.Faults.AddRange(new FeedCheck(world.Server.Database, BookmineSetup.Instance).Run());
    }

    /// <summary>1, 2, 8, 9: each sealed sale once, to the cent, with its own dates and one number.</summary>
    private static void Sales(ShopWorld world)
    {
        var model = world.Model;
        var posted = world.Server.Read(s => TableSql.Where(s, BookmineSetup.Document, "till <> @kiosk", world.Kiosk?.Till ?? 0)).GroupBy(
            d => d.Text("reference")).ToDictionary(g => g.Key, g => g.ToList());
        var payments = world.Server.Read(s => TableSql.Where(s, BookmineSetup.Payment, "1 = 1")).ToLookup(p => p.Guid("document_id"));
        var forked = Forked(world);
        foreach (var attempt in model.Attempts)
        {
            var found = posted.GetValueOrDefault(attempt.Reference, []);
            posted.Remove(attempt.Reference);
            var most = attempt.Known == Known.Refused ? 0 : 1;
            model.Require(found.Count <= most, $"{attempt.Reference} ({attempt.Known}, {attempt.Docket}) is on the server {found.Count} times");
            model.Require(
                found.Count > 0 || attempt.Known == Known.Refused, $"{attempt.Reference} (sealed, {attempt.Docket}) is not on the server",
                    (attempt.Doubt, attempt.Known == Known.Perhaps),
                (Excuse.MoveForgotten, world.WasRestored && attempt.Till.HasMoved),
                    (Excuse.Forked, forked.Contains($"\"{attempt.Reference}\"", StringComparison.Ordinal)));
            if (found is not [var document])
            {
                continue;
            }
            var docket = DocketNumber.D(document.Integer("docket")).ToString();
            model.Require(attempt.Docket is null || attempt.Docket == docket, $"{attempt.Reference} was printed as {attempt.Docket} and is {docket}");
            model.Require(document.Integer("total_cents") == attempt.TotalCents,
                $"{attempt.Reference} comes to {document.Integer("total_cents")}, not {attempt.TotalCents}");
            model.Require(attempt.StartedAt is null || Instant.Format(document.Integer("started_at")) == attempt.StartedAt,
                $"{attempt.Reference}: its start was {attempt.StartedAt}");
            model.Require(attempt.Kind == EntryKinds.Refund || Instant.Format(document.IntegerOrNull("shipped_at")) == attempt.ShippedAt,
                $"{attempt.Reference}: its shipping was {attempt.ShippedAt}");
            var byMethod = payments[document.Guid("id")].GroupBy(p => p.Text("method")).ToDictionary(g => g.Key, g => g.Sum(p => p.Integer("amount_cents")));
            model.Require(
                byMethod.OrderBy(m => m.Key, StringComparer.Ordinal).SequenceEqual(attempt.ByMethod.OrderBy(m => m.Key, StringComparer.Ordinal)),
                    $"{attempt.Reference} was paid otherwise");
            model.Require(payments[document.Guid("id")].All(p => p.Integer("paid_at") == document.Integer("posted_at")),
                $"{attempt.Reference}: a payment is not dated at its posting");
            model.Told(attempt, document.Integer("trans_id"), Instant.Format(document.Integer("posted_at")));
        }
        model.Require(posted.Count == 0, $"nobody made {string.Join(", ", posted.Keys)}");
        var documents = world.Server.Read(s => TableSql.Where(s, BookmineSetup.Document, "1 = 1"));
        model.Require(documents.Select(d => d.Integer("trans_id")).Distinct().Count() == documents.Count, "a TransID was given twice");
        model.Require(documents.Select(d => d.Integer("docket")).Distinct().Count() == documents.Count, "a D-number was given twice");
        model.Require(
            world.Server.Number("SELECT count(*) FROM quarantine WHERE state = 'quarantined'") == 0,
            $"an honest entry is in quarantine: {world.Server.Read(s => s.Scalar("SELECT q.till || '/' || q.n || coalesce(': ' || i.result, ' of a fork') FROM quarantine q LEFT JOIN sync_inbox i ON i.client = q.till AND i.n = q.n WHERE q.state = 'quarantined'"))}",
            (Excuse.MoveForgotten, world.WasRestored && world.Tills.Exists(t => t.HasMoved)), (Excuse.MediumLost, world.AnyMediumFailed));
    }

    /// <summary>What journals that forked have handed over, as one text.</summary>
    private static string Forked(ShopWorld world) => world.Server.Read(s =>
    {
        using var reader = s.Query("SELECT payload FROM sync_fork");
        var text = new StringBuilder();
        while (reader.Read())
        {
            text.Append(Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(0)));
        }
        return text.ToString();
    });

    /// <summary>7: every edit made without the server is on record once and changed nothing; every new record is there once.</summary>
    private static void Records(ShopWorld world)
    {
        var forked = Forked(world);
        foreach (var record in world.Model.Records)
        {
            var count = record.Kind switch
            {
                "edit" => world.Server.Number("SELECT count(*) FROM dropped WHERE till_value = @word", record.Word),
                "stock" => world.Server.Number("SELECT count(*) FROM stock WHERE title = @word", $"New {record.Word}"),
                _ => world.Server.Number("SELECT count(*) FROM contact WHERE phone = @word", record.Word),
            };
            var most = record.Known == Known.Refused ? 0 : 1;
            world.Model.Require(count <= most, $"{record.Kind} {record.Word} ({record.Known}) is on the server {count} times");
            world.Model.Require(
                count > 0 || record.Known == Known.Refused, $"{record.Kind} {record.Word} (sealed) is not on the server",
                    (record.Doubt, record.Known == Known.Perhaps),
                (Excuse.MoveForgotten, world.WasRestored && record.Till.HasMoved), (Excuse.Forked, forked.Contains(record.Word, StringComparison.Ordinal)));
            if (record.Kind == "edit")
            {
                world.Model.Require(world.Server.Number("SELECT count(*) FROM stock WHERE publisher = @word", record.Word) == 0,
                    $"the edit {record.Word} has changed a row");
            }
        }
    }

    /// <summary>On-hand is what there was, less what the sales on the server shipped.</summary>
    private static void Holdings(ShopWorld world)
    {
        if (world.Model.Attempts.Exists(a => a.ItemsDoubtful))
        {
            // A replica that the medium has changed showed another item than was scanned; a person sees its title on the screen.
            Excuse.MediumLost.Use();
            return;
        }
        var branches = world.Server.Read(s => TableSql.Where(s, BookmineSetup.Document, "1 = 1")).ToDictionary(
            d => d.Text("reference"), d => d.Integer("branch"));
        var expected = new Dictionary<(long, Guid), long>(world.Model.Received);
        foreach (var attempt in world.Model.Attempts)
        {
            if (branches.TryGetValue(attempt.Reference, out var branch))
            {
                foreach (var (stock, copies) in attempt.Shipped)
                {
                    expected[(branch, stock)] = expected.GetValueOrDefault((branch, stock)) - copies;
                }
            }
        }
        foreach (var sold in world.Kiosk?.Shipped ?? [])
        {
            expected[sold] = expected.GetValueOrDefault(sold) - 1;
        }
        foreach (var (key, at, counted) in LastCounts(world))
        {
            expected[key] = counted + Since(world, key, at);
        }
        foreach (var holding in world.Server.Read(s => TableSql.Where(s, BookmineSetup.Holding, "1 = 1")))
        {
            var key = (holding.Integer("branch"), holding.Guid("stock_id"));
            world.Model.Require(
                holding.Integer("on_hand") == expected.GetValueOrDefault(key),
                    $"on hand {holding.Integer("on_hand")} of {key}, and it should be {expected.GetValueOrDefault(key)}");
        }
    }

    private static List<((long, Guid) Key, long At, long Counted)> LastCounts(ShopWorld world) => world.Server.Read(s =>
    {
        using var reader = s.Query("SELECT branch, stock_id, at, qty FROM stock_count ORDER BY branch, stock_id, at");
        var last = new Dictionary<(long, Guid), (long At, long Counted)>();
        while (reader.Read())
        {
            last[(reader.GetInt64(0), DbValues.ReadGuid(reader, 1))] = (reader.GetInt64(2), reader.GetInt64(3));
        }
        return last.Select(l => (l.Key, l.Value.At, l.Value.Counted)).ToList();
    });

    /// <summary>What was shipped after a moment: when the till says, or when it was posted if that was earlier.</summary>
    private static long Since(ShopWorld world, (long Branch, Guid Stock) key, long at)
    {
        var documents = world.Server.Read(s => TableSql.Where(s, BookmineSetup.Document, "branch = @branch", key.Branch)).ToDictionary(
            d => d.Text("reference"));
        return -world.Model.Attempts.Where(a => a.Shipped.ContainsKey(key.Stock) && documents.TryGetValue(a.Reference, out var d)
            && Math.Min(d.IntegerOrNull("shipped_at") ?? d.Integer("started_at"), d.Integer("posted_at")) > at).Sum(a => a.Shipped[key.Stock]);
    }

    /// <summary>3: what the server holds has the hashes of what was sealed.</summary>
    private static void Hashes(ShopWorld world, SimTill till)
    {
        using var session = new Session(till.Disk.OpenDatabase(till.Folder + "/journal.db"));
        using var reader = session.Query("SELECT n, hash FROM entry ORDER BY n");
        var n = session.Integer("SELECT max(last) FROM archive") ?? 0;
        while (reader.Read())
        {
            n++;
            world.Model.Require(reader.GetInt64(0) == n, $"{till.Name}: its journal has entry {reader.GetInt64(0)} where {n} should be");
            var held = world.Server.Read(s => s.Scalar("SELECT hash FROM sync_inbox WHERE client = @till AND n = @n", till.Identity.Till, n)) as byte[];
            world.Model.Require(held is not null && held.AsSpan().SequenceEqual(reader.GetFieldValue<byte[]>(1)),
                $"{till.Name}: the server does not hold entry {n} as it was sealed");
        }
    }

    /// <summary>4, 5, 12: the replica has the rows of its scope, value by value, and no others.</summary>
    public static void Replica(ShopWorld world, SimTill till)
    {
        var branch = world.Server.Number("SELECT branch FROM till WHERE id = @till", till.Identity.Till);
        var now = Math.Max(world.Server.Time.GetUtcNow().ToUnixTimeMilliseconds(), world.Server.Number("SELECT posted_at FROM counter"));
        var expected = world.Server.Read(s => ReplicaModel.OfScope(s, branch, now));
        using var session = new Session(till.Disk.OpenDatabase(new ReplicaFolder(till.Disk, till.Folder).Current!));
        var actual = ReplicaModel.All(session);
        if (!expected.SequenceEqual(actual))
        {
            world.Model.Faults.Add(
                $"{till.Name}: {expected.Except(actual).Count()} rows are missing in the replica and {actual.Except(expected).Count()} are too many, such as {expected.Except(actual).FirstOrDefault()} and {actual.Except(expected).FirstOrDefault()}");
        }
        world.Model.Faults.AddRange(world.Server.Read(ReplicaModel.WrongMonths));
    }
}
