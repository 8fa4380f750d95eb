using Bookmine.Schema;
using Bookmine.Schema.Views;
using Bookmine.Simulation.Disk;
using Bookmine.Sync.Data;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Wire;
using Bookmine.TillClient;
using Bookmine.TillClient.Finding;
using Bookmine.TillClient.Selling;
using Microsoft.Data.Sqlite;

namespace Bookmine.Simulation.World;

/// <summary>What cashiers do, and what the model is told of it.</summary>
internal sealed class Counter(ShopWorld world)
{
    private static readonly string[] Methods = ["cash", "card", "cheque"];
    private static readonly TimeSpan HeldFor = TimeSpan.FromDays(80);
    private const int ReturnsEvery = 7;
    private const long ReturnedCents = 50;
    private const long CoinCents = 5;
    private int made;

    private Random Random => world.Random;

    public void Sell(SimTill till, Till? program = null)
    {
        var shipped = Random.Next(12) == 0 ? null : At(till, 0);
        var lines = Enumerable.Range(0, Random.Next(1, 4)).Select(_ => new LineDraft
        {
            StockId = world.Stock[Random.Next(world.Stock.Count)], Qty = Random.Next(1, 4), UnitPriceCents = Random.Next(1, 40) * 50,
        }).ToList();
        if (Random.Next(6) == 0)
        {
            lines.Add(new LineDraft { Title = "A postcard", Qty = 1, UnitPriceCents = 99 });
        }
        var returned = (made % ReturnsEvery) == 0 && lines.Sum(l => l.Qty * l.UnitPriceCents!.Value) > ReturnedCents ? -ReturnedCents : 0;
        if (returned != 0)
        {
            lines.Add(new LineDraft { StockId = lines[0].StockId, Qty = -1, UnitPriceCents = ReturnedCents });
        }
        var total = lines.Sum(l => l.Qty * l.UnitPriceCents!.Value);
        var first = Random.Next(4) == 0 ? total / 2 : total;
        List<PaymentDraft> payments = [new() { Method = Methods[Random.Next(3)], AmountCents = first }];
        if (first != total)
        {
            payments.Add(new PaymentDraft { Method = Methods[Random.Next(3)], AmountCents = total - first });
        }
        if (shipped is not null && Random.Next(5) == 0)
        {
            payments.Add(new PaymentDraft { Method = "cash", AmountCents = 500 });
            payments.Add(new PaymentDraft { Method = "cash", AmountCents = -500, Change = true });
        }
        if (payments is [{ Method: "cash" } whole] && total % CoinCents != 0)
        {
            // As coins go.
            whole.AmountCents = InCoins(total);
            payments.Add(new PaymentDraft { Method = PaymentMethods.Rounding, AmountCents = total - whole.AmountCents });
        }
        var attempt = new Attempt($"S{++made}", till, EntryKinds.Sale, total, lines.Sum(l => l.Qty), At(till, -2), shipped)
        {
            ReturnedCents = returned,
            ByMethod = payments.GroupBy(p => p.Method!).ToDictionary(g => g.Key, g => g.Sum(p => p.AmountCents)),
            Shipped = shipped is null ? [] : lines.Where(l => l.StockId is not null).GroupBy(l => l.StockId!.Value).ToDictionary(g => g.Key, g => g.Sum(l => l.Qty)),
        };
        var draft = new SaleDraft { Reference = attempt.Reference, StartedAt = attempt.StartedAt, ShippedAt = shipped, Lines = lines, Payments = payments };
        Try(attempt, () => (program ?? till.Program!).SellAsync(draft).GetAwaiter().GetResult());
    }

    public void Refund(SimTill till)
    {
        var sales = world.Model.Attempts.Where(a => a is { Kind: EntryKinds.Sale, Known: Known.Sealed, Docket: not null, ShippedAt: not null } && a.Till == till).ToList();
        if (sales.Count == 0)
        {
            return;
        }
        var sale = sales[Random.Next(sales.Count)];
        TransactionView? seen = null;
        Attempted(till, () => till.Program!.FindAsync(sale.Docket!).GetAwaiter().GetResult(), found => seen = found is [FoundTransaction { Transaction: var shown }] ? shown : null);
        if (seen is not { Lines.Count: > 0 } original || till.ReplicaDoubtful)
        {
            return;
        }
        var line = original.Lines[Random.Next(original.Lines.Count)];
        var amount = line.UnitPriceCents;
        var toStock = Random.Next(3) > 0;
        var attempt = new Attempt($"R{++made}", till, EntryKinds.Refund, -amount, -1, null, null)
        {
            ByMethod = new[] { ("cash", Cents: -InCoins(amount)), (PaymentMethods.Rounding, Cents: InCoins(amount) - amount) }.Where(p => p.Cents != 0).ToDictionary(p => p.Item1, p => p.Cents),
            Shipped = toStock && line.StockId is { } stock ? new Dictionary<Guid, long> { [stock] = -1 } : [],
        };
        var draft = new RefundDraft { Reference = attempt.Reference, Lines = [new RefundLineDraft(line.Line, 1, amount, toStock)] };
        Try(attempt, () => till.Program!.RefundAsync(Random.Next(2) == 0 && sale.TransId is { } n ? $"{n}" : sale.Docket!, draft).GetAwaiter().GetResult());
    }

    private static long InCoins(long cents) => (cents + (CoinCents / 2)) / CoinCents * CoinCents;

    public void NewRecord(SimTill till)
    {
        var word = $"w{++made}x";
        var record = new Record(word, till, Random.Next(2) == 0 ? "stock" : "contact");
        Try(record, () => record.Kind == "stock"
            ? till.Program!.NewStockAsync(new StockDraft { Title = $"New {word}", PriceCents = 700 }).GetAwaiter().GetResult().Outcome
            : till.Program!.NewContactAsync(new ContactDraft { Name = $"Person {word}", Phone = word }).GetAwaiter().GetResult().Outcome);
    }

    /// <summary>An edit of a record that the server has, or an email; only without the server, where it must be dropped and listed.</summary>
    public void Edit(SimTill till)
    {
        var word = $"w{++made}x";
        var record = new Record(word, till, "edit");
        var code = $"c{Random.Next(12)}";
        Try(record, () => till.Program!.EditStockAsync(new StockDraft { Code = code, Publisher = word }).GetAwaiter().GetResult());
        if (!till.Disconnected)
        {
            // With the server at hand it is made there, and nothing is dropped.
            world.Model.Records.Remove(record);
        }
    }

    /// <summary>A correction of a record of this till's: kept while it is unposted.</summary>
    public void Correct(SimTill till)
    {
        var own = world.Model.Records.Where(r => r is { Kind: "contact", Known: Known.Sealed } && r.Till == till).ToList();
        if (own.Count > 0)
        {
            var record = own[Random.Next(own.Count)];
            Attempted(till, () => till.Program!.EditContactAsync(new ContactDraft { Name = $"Person {record.Word}", Address = $"a{++made}" }).GetAwaiter().GetResult(), _ => { });
        }
    }

    public void Resync(SimTill till) => Attempted(till, () => till.Program!.SynchroniseAsync().GetAwaiter().GetResult(), report =>
    {
        // An entry whose bits turned over after it was posted is told like this: the sides do not agree.
        world.Model.Require(
            report.Agree, $"{till.Name}: till {report.Till} and server {report.Server} disagree", (Excuse.AnswerTurnedOver, till.MediumFailed && till.JournalFailed));
        if (report.PutOff is { Asks: { } time } && (world.IsCalm || Random.Next(3) == 0))
        {
            SayYes(till, time);
        }
        foreach (var renumbered in report.Renumbered)
        {
            if (world.Model.Attempts.Find(a => a.Docket == renumbered.Docket) is { } attempt)
            {
                Told(till, attempt, renumbered.TransId, null);
            }
        }
        if (Random.Next(2) == 0)
        {
            till.Program!.Reported(report);
        }
    });

    /// <summary>The server does not know whether its clock is right; the cashier looks at her watch.</summary>
    private void SayYes(SimTill till, long time)
    {
        if (Math.Abs(time - world.Server.Clock.TrueNow) < 10 * 60_000)
        {
            world.Log.Met("ClockAccepted", "by a cashier");
            Attempted(till, () =>
            {
                till.Program!.AcceptClockAsync(time, null).GetAwaiter().GetResult();
                return true;
            }, _ => { });
        }
    }

    public void Reprovision(SimTill till) => Attempted(
        till,
        () =>
        {
            till.Program!.ReprovisionAsync().GetAwaiter().GetResult();
            return true;
        },
        _ => { });

    /// <summary>Has the replica counted afresh.</summary>
    public void Check(SimTill till) => Attempted(till, () => till.Program!.CheckReplicaAsync().GetAwaiter().GetResult(), counted =>
    {
        world.Model.Require(till.ReplicaDoubtful || counted.Fault is null, $"{till.Name}: a replica that nobody has touched differs: {counted.Fault}");
        world.Log.Met("Counted", counted.Fault is null ? "as received" : "mended");
        till.ReplicaDoubtful = false;
    });

    /// <summary>Each docket this till has printed is found.</summary>
    public void FindAll(SimTill till)
    {
        foreach (var attempt in world.Model.Attempts.Where(a => a is { Known: Known.Sealed, Docket: not null, IsOfFork: false } && a.Till == till))
        {
            Attempted(till, () => till.Program!.FindAsync(attempt.Docket!).GetAwaiter().GetResult(), found =>
            {
                world.Model.Require(found is [FoundTransaction], $"{till.Name} does not find {attempt.Docket} at rest");
                Compare(till, attempt, found);
            });
        }
    }

    /// <summary>Types a docket's number, which must show the sale whenever this till has made it.</summary>
    public void Find(SimTill till)
    {
        var own = world.Model.Attempts.Where(a => a is { Known: Known.Sealed, Docket: not null, IsOfFork: false } && a.Till == till).ToList();
        if (own.Count == 0)
        {
            return;
        }
        var attempt = own[Random.Next(own.Count)];
        Attempted(till, () => till.Program!.FindAsync(attempt.Docket!).GetAwaiter().GetResult(), found => Compare(till, attempt, found));
    }

    private void Compare(SimTill till, Attempt attempt, IReadOnlyList<Found> found)
    {
        if (found is not [FoundTransaction { Transaction: var seen }])
        {
            // Once it has left the till's months or branch, and the server is away, it cannot be shown.
            world.Model.Require(
                false, $"{till.Name} does not find its own {attempt.Docket}",
                (Excuse.OutOfReach, till.HasMoved || world.Time.Now - attempt.MadeAt > HeldFor), (Excuse.Forked, attempt.IsOfFork),
                (Excuse.PutBack, till.WasPutBack && !world.IsCalm), (Excuse.MediumLost, till.ReplicaDoubtful || till.Program!.IsJournalSuspect));
            return;
        }
        var isShown = seen.Reference == attempt.Reference && seen.TotalCents == attempt.TotalCents && seen.Lines.Sum(l => l.Qty) == attempt.Copies;
        // A person has both dockets of a number that was printed twice in hand.
        var isOther = till.WasPutBack && seen.Reference != attempt.Reference && world.Model.Attempts.Any(a => a.Reference == seen.Reference && a.Docket == attempt.Docket);
        world.Model.Require(
            isShown,
            $"{till.Name} shows {attempt.Docket} as {seen.Reference} {seen.TotalCents}, {seen.Lines.Sum(l => l.Qty)} copies, and it is {attempt.Reference} {attempt.TotalCents}, {attempt.Copies}",
            (Excuse.PutBack, isOther), (Excuse.MediumLost, till.ReplicaDoubtful));
        if (isShown && !till.ReplicaDoubtful)
        {
            Told(till, attempt, seen.TransId, seen.PostedAt);
        }
    }

    /// <summary>A journal whose bits have turned over may show a wrong answer until the replica brings the right one; the server takes none that it has not given.</summary>
    private void Told(SimTill till, Attempt attempt, long? transId, string? postedAt)
    {
        if (!(till.MediumFailed && till.JournalFailed))
        {
            world.Model.Told(attempt, transId, postedAt);
        }
    }

    /// <summary>A machine that has become another till starts its program again.</summary>
    private void AfterRenewal(SimTill till)
    {
        world.Log.Met("Forked", "till");
        world.LeaveBehind(till);
        till.Stop();
        if (!till.Disk.IsDead)
        {
            world.Start(till, disconnected: false);
        }
    }

    private void Try(Attempt attempt, Func<(Outcome Outcome, long? TransId)> make)
    {
        (attempt.MadeAt, attempt.ItemsDoubtful) = (world.Time.Now, attempt.Till.ReplicaDoubtful);
        world.Model.Attempts.Add(attempt);
        Attempted(attempt.Till, make, made =>
        {
            attempt.Conclude(made.Outcome.Entry is not null);
            attempt.Till.OverlayUnseen &= made.Outcome.Entry is null;
            Doubt(attempt, attempt.Till, made.Outcome.Warning is not null);
            if (made.Outcome.Entry?.Number is { } number)
            {
                attempt.Docket = DocketNumber.D(number).ToString();
                world.Model.Require(
                    world.Model.Attempts.All(a => a == attempt || a.Docket != attempt.Docket), $"{attempt.Docket} was given twice", (Excuse.PutBack, attempt.Till.WasPutBack));
            }
            Told(attempt.Till, attempt, made.TransId, null);
        });
    }

    private void Try(Record record, Func<Outcome> make)
    {
        world.Model.Records.Add(record);
        Attempted(record.Till, make, outcome =>
        {
            record.Conclude(outcome.Refused is null);
            Doubt(record, record.Till, outcome.Warning?.Contains("mirror", StringComparison.Ordinal) == true);
        });
    }

    /// <summary>
    /// On a replica that the medium has changed, the till may take itself for another's: the server keeps such a sale in quarantine. What the mirror has
    /// not taken may be lost with the disk.
    /// </summary>
    private static void Doubt(Tried tried, SimTill till, bool mirrorFailed)
    {
        if (tried.Known == Known.Sealed && (till.ReplicaDoubtful || mirrorFailed))
        {
            tried.DoubtFor(till.ReplicaDoubtful ? Excuse.MediumLost : Excuse.NotMirrored);
        }
    }

    /// <summary>Runs what a person does at a till. What a person is told after the machine has died is told nobody.</summary>
    private void Attempted<T>(SimTill till, Func<T> work, Action<T> told)
    {
        Excuse? excuse = null;
        try
        {
            var result = work();
            if (!till.Disk.IsDead)
            {
                told(result);
            }
        }
        catch (Exception e) when (till.Disk.IsDead || (excuse = ExcuseOf(till, e)) is not null)
        {
            excuse?.Use();
            world.Tell($"{till.Name}: {e.GetType().Name} {e.Message}");
            world.Model.Require(
                e is not JournalException { IsDamaged: true }, $"{till.Name}: a journal that nothing has happened to is said to be damaged: {e.Message}", (Excuse.MediumLost, till.JournalFailed));
            if (e is JournalException { IsDamaged: var damaged } && !till.Disk.IsDead && till.MediumFailed && (damaged || !till.Program!.IsJournalSuspect))
            {
                world.Log.Met("JournalDamaged", "at work");
                world.PutRight(till);
            }
            if (e is TillRenewedException)
            {
                AfterRenewal(till);
            }
        }
    }

    /// <summary>A failure that has a cause outside the program, or an answer that is meant for a person.</summary>
    private static Excuse? ExcuseOf(SimTill till, Exception e) => e switch
    {
        ServerAwayException or ServerRefusedException or DownloadBusyException => Excuse.ServerSaysNo,
        JournalException when till.MediumFailed => Excuse.MediumLost,
        JournalException when till.Program!.IsJournalSuspect => Excuse.SellsNothing,
        TillRenewedException => Excuse.Forked,
        SqliteException or IOException when till.Disk.HasFaulted => Excuse.DiskFailed,
        TillException when till.ReplicaDoubtful || !till.Program!.IsProvisioned => Excuse.CannotBeFound,
        _ => null,
    };

    private static string At(SimTill till, int minutes) => Instant.Format(till.Clock.GetUtcNow().AddMinutes(minutes).ToUnixTimeMilliseconds());
}
