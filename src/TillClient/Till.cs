using System.Globalization;
using Bookmine.Schema;
using Bookmine.Schema.Dockets;
using Bookmine.Schema.Entries;
using Bookmine.Schema.Views;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Files;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Wire;
using Bookmine.TillClient.Dockets;
using Bookmine.TillClient.Files;
using Bookmine.TillClient.Finding;
using Bookmine.TillClient.Selling;
using Bookmine.TillClient.Server;

namespace Bookmine.TillClient;

/// <summary>How the till stands, for the status line.</summary>
/// <param name="Unposted">Transactions sealed and not answered yet.</param>
/// <param name="ReplicaAgeSeconds">Since the replica was last known to be up to date; null without a replica.</param>
/// <param name="PostingWaits">Why the server posts nothing at this moment; null where it does.</param>
public sealed record TillStatus(
    ConnectionState State, long Unposted, long UnpostedCents, long Cursor, long? ReplicaAgeSeconds, long DNumbersLeft, string? LastError,
    string? PostingWaits = null);

/// <summary>
/// The till: everything that screens and commands may ask for, and the only type of the program that they need. What takes time is
/// asynchronous; the rest touches the local files for a moment. Safe for several threads.
/// </summary>
public sealed class Till : IDisposable
{
    private const string OpenSalesFile = "open-sales.json";

    private const string SomebodyElse = "Somebody else has posted as this till: the server gave back sales with numbers that this till had used. "
        + "Tell the manager, who revokes it and enrols this machine anew; what was sold here is kept.";

    private SlipPrinter? printer;
    private readonly string folder;
    private readonly IFileStore files;
    private readonly TimeProvider clock;
    private readonly EntityIds ids;
    private readonly ClientJournal journal;
    private readonly ServerLink link;
    private readonly ClientOrchestrator orchestrator;
    private readonly ReplicaView view;
    private readonly Finder finder;
    private readonly TransactionMaker maker;
    private readonly RecordMaker records;
    private readonly JournalMirror mirror;
    private readonly Readmission readmission;
    private readonly Sealer sealer;
    private readonly ClockOffset offset;
    private readonly RecordEditing editing;
    private readonly JournalKeeping keeping;
    private readonly Func<byte[]> newSecret;
    private readonly NewsListener listener;
    private readonly KeptWords words;

    private Till(string folder, bool disconnected, TillMachine machine)
    {
        this.folder = folder;
        (files, clock, ids, keeping, newSecret) = (machine.Files, machine.Clock, machine.Ids, machine.Keeping, machine.NewSecret);
        NewIdentity.Finish(machine, folder);
        Identity = TillIdentity.Read(files, folder);
        journal = ClientJournal.Open(files, folder, Identity.Till, clock, ids, EntryVocabulary.Packing);
        link = new ServerLink(files, folder, machine.Connect(folder, Identity), new Connection(disconnected, clock, machine.Chance));
        orchestrator = new ClientOrchestrator(
            BookmineSetup.Instance, journal, files, folder, link.Channel, clock, ids, EntryContent.Control, () => ClockOf(machine), BringWordsAsync,
            () => printer is { Waiting: > 0, Fault: var fault } stuck ? $"{stuck.Waiting} slips wait for the printer: {fault}" : null);
        listener = new NewsListener(orchestrator, clock);
        view = new ReplicaView(files, folder, journal, Identity);
        words = new KeptWords(files, folder, view);
        var (catalogue, transactions) = (new Catalogue(view), new TransactionFinder(view, journal));
        records = new RecordMaker(view, catalogue, ids, clock);
        mirror = new JournalMirror(files, journal, Identity.Till);
        finder = new Finder(Identity.Name, view, catalogue, transactions, new LookUp(link, clock));
        Records = new TillRecords(view, catalogue, transactions, journal);
        offset = new ClockOffset(files, folder, clock, machine.TimeKeeping);
        sealer = new Sealer(view, journal, mirror, () => Settings, link, orchestrator, offset, clock);
        editing = new RecordEditing(view, journal, sealer, link, cancel => SynchroniseAsync(null, cancel), ids, clock);
        var payments = new PaymentMaker(view, ids);
        maker = new TransactionMaker(
            view, new SaleMaker(view, catalogue, payments, ids, clock), payments, sealer, ids, clock, Identity.Till, () => link.State != ConnectionState.Normal);
        readmission = new Readmission(link.Shop, Identity, () => view.Look(() => view.Epoch), () => journal.HighestNumbered);
    }

    private static ClientClock ClockOf(TillMachine machine)
    {
        var now = machine.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        var reading = machine.TimeKeeping.Read(now);
        return new ClientClock(now, reading.Machine, reading.KeepsTime);
    }

    public TillIdentity Identity { get; }

    /// <summary>The shop's records at hand.</summary>
    public TillRecords Records { get; }

    /// <summary>Opens an enrolled till's folder.</summary>
    /// <param name="disconnected">Call nobody: sell without the server until the next start.</param>
    /// <exception cref="TillException">The folder is not an enrolled till's.</exception>
    /// <exception cref="JournalException">The journal is another till's or has lost its end.</exception>
    public static Till Open(string folder, bool disconnected, TimeProvider clock) => Open(folder, disconnected, TillMachine.This(clock));

    /// <summary>The same on a machine of the caller's.</summary>
    public static Till Open(string folder, bool disconnected, TillMachine machine) => new(folder, disconnected, machine);

    public TillStatus Status() => view.Look(() =>
    {
        var (unposted, cents) = journal.Unposted();
        var age = view.AsOf is { } at ? (clock.GetUtcNow().ToUnixTimeMilliseconds() - at) / 1000 : (long?)null;
        return new TillStatus(link.State, unposted, cents, view.Cursor, age, journal.NumbersLeft,
            mirror.Fault ?? link.LastError ?? link.Withheld ?? (journal.NumberedTwice > 0 ? SomebodyElse : null), link.PutOff?.Why);
    });

    /// <summary>
    /// Seals a sale; durable when this returns. With the server at hand it is posted at once and the TransID comes back within a second.
    /// </summary>
    /// <returns>The outcome, and the TransID when it came in time.</returns>
    public Task<(Outcome Outcome, long? TransId)> SellAsync(SaleDraft draft, CancellationToken cancel = default) => sealer.PostAsync(maker.Sell(draft), cancel);

    /// <summary>Sells a gift voucher.</summary>
    public Task<(Outcome Outcome, long? TransId)> SellVoucherAsync(VoucherDraft draft, CancellationToken cancel = default) =>
        sealer.PostAsync(maker.SellVoucher(draft), cancel);

    /// <summary>Does something on an order or layby.</summary>
    /// <param name="kind">Of <see cref="EntryKinds"/>: part-payment, pick-up or cancellation.</param>
    /// <param name="number">The order's D-number or TransID.</param>
    public async Task<(Outcome Outcome, long? TransId)> OnOrderAsync(string kind, string number, OrderDraft draft, CancellationToken cancel = default) =>
        await finder.TransactionAsync(number, cancel).ConfigureAwait(false) is { } order
            ? await sealer.PostAsync(maker.OnOrder(kind, draft, order, number.Trim()), cancel).ConfigureAwait(false)
            : (Outcome.Refuse(finder.WhyNot(number), "Look for it by its contact."), null);

    /// <summary>Seals a refund against a docket.</summary>
    public async Task<(Outcome Outcome, long? TransId)> RefundAsync(string number, RefundDraft draft, CancellationToken cancel = default) =>
        await finder.TransactionAsync(number, cancel).ConfigureAwait(false) is { } original
            ? await sealer.PostAsync(maker.Refund(draft, original, number.Trim()), cancel).ConfigureAwait(false)
            : (Outcome.Refuse(finder.WhyNot(number), "Return the goods as a sale line with a negative quantity: it is listed for the manager."), null);

    /// <summary>What a refund would give back, in cents, or why it would be refused. Nothing is sealed.</summary>
    public async Task<(long Cents, Refusal? Refused)> QuoteRefundAsync(string number, RefundDraft draft, CancellationToken cancel = default)
    {
        if (await finder.TransactionAsync(number, cancel).ConfigureAwait(false) is not { } original)
        {
            return (0, new Refusal(finder.WhyNot(number), "Return the goods without the docket."));
        }
        try
        {
            return (view.Read(() => maker.QuoteRefund(draft, original, number.Trim())), null);
        }
        catch (RefusedException e)
        {
            return (0, e.Refusal);
        }
    }

    /// <summary>Money in or out without goods.</summary>
    /// <param name="kind">Of <see cref="EntryKinds"/>: pay-in, pay-out or deposit.</param>
    public Task<(Outcome Outcome, long? TransId)> MoveCashAsync(string kind, CashDraft draft, CancellationToken cancel = default) =>
        sealer.PostAsync(maker.MoveCash(kind, draft), cancel);

    /// <summary>Puts on record what is no transaction.</summary>
    /// <param name="kind">Of <see cref="TillEvents"/>.</param>
    /// <param name="figures">Of a Z reading.</param>
    public async Task<Outcome> NoteAsync(
        string kind, string text, long amountCents, string? byOperator, DrawerFigures? figures = null, CancellationToken cancel = default) =>
        (await sealer.PostAsync(
            sealer.Seal(kind == TillEvents.ZReading ? EntryKinds.Reading : EntryKinds.Event, byOperator, scope => new Sealing([new RowChange(
                ChangeOp.Insert,
                EventRows.Of(
                    new TillEvent(view.Branch, Identity.Till, byOperator, kind, text, amountCents, scope.SealedAt, figures?.Write()), ids.Next()))])),
            cancel).ConfigureAwait(false)).Outcome;

    /// <summary>What was taken since the last Z reading.</summary>
    public DrawerReading ReadDrawer() => DrawerReading.Of(journal);

    /// <summary>A reading as a slip.</summary>
    /// <param name="figures">What was found when the drawer was counted; null where it was not.</param>
    public Slip Reading(DrawerReading reading, DrawerFigures? figures, string? byOperator) => view.Read(() => ReadingText.Render(
        reading, figures, Identity.Name, byOperator, view.BranchRow, clock.GetUtcNow(), Settings.Columns));

    public Task<(Outcome Outcome, long? TransId)> NewStockAsync(StockDraft draft, CancellationToken cancel = default) =>
        sealer.PostAsync(sealer.Seal(EntryKinds.Stock, draft.Operator, scope => new Sealing(records.NewStock(draft, scope.TakeNumber))), cancel);

    public Task<(Outcome Outcome, long? TransId)> NewContactAsync(ContactDraft draft, CancellationToken cancel = default) =>
        sealer.PostAsync(sealer.Seal(EntryKinds.Contact, draft.Operator, _ => new Sealing(records.NewContact(draft))), cancel);

    public Task<Outcome> EditStockAsync(StockDraft draft, CancellationToken cancel = default) =>
        editing.MakeAsync(EntryKinds.Edit, draft.Operator, acknowledged => records.EditStock(draft, acknowledged), cancel);

    public Task<Outcome> EditContactAsync(ContactDraft draft, CancellationToken cancel = default) =>
        editing.MakeAsync(EntryKinds.Edit, draft.Operator, acknowledged => records.EditContact(draft, acknowledged), cancel);

    public Task<Outcome> EmailAsync(EmailDraft draft, CancellationToken cancel = default) =>
        editing.MakeAsync(EntryKinds.Email, draft.Operator, _ => records.NewEmail(draft), cancel);

    /// <summary>What the Find field shows for a text: a transaction by its number, or stock by number or words and contacts.</summary>
    public Task<IReadOnlyList<Found>> FindAsync(string text, CancellationToken cancel = default) => finder.FindAsync(text, cancel);

    /// <summary>Sales that are not sealed yet, as a screen keeps them over an end of the program; null for none.</summary>
    public byte[]? OpenSales
    {
        get => files.Read(Path.Combine(folder, OpenSalesFile));
        set
        {
            if (value is null)
            {
                files.Delete(Path.Combine(folder, OpenSalesFile));
            }
            else
            {
                files.Replace(Path.Combine(folder, OpenSalesFile), value);
            }
        }
    }

    /// <summary>
    /// Keeps a second screen from this till, which would take up the same open sales; null when one is open already. Commands go on beside
    /// it.
    /// </summary>
    public IDisposable? TakeScreen() => files.TryLock(Path.Combine(folder, "screen.lock"), shared: false);

    /// <summary>Keeps what a fault of the program left, for those who mend it, in <c>last-fault</c>.</summary>
    public void NoteFault(Exception fault)
    {
        try
        {
            files.Replace(Path.Combine(folder, "last-fault"), System.Text.Encoding.UTF8.GetBytes($"{Instant.Format(clock.GetUtcNow().ToUnixTimeMilliseconds())}\n{fault}\n"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What it says on the screen is all there is then.
        }
    }

    /// <summary>Whether the till has a replica to sell from.</summary>
    public bool IsProvisioned => view.Look(() => view.Exists);

    /// <summary>Whether the journal has lost its end, so that nothing is sold before the server was reached.</summary>
    public bool IsJournalSuspect => view.Look(() => journal.IsSuspect || (view.Exists && view.IsAheadOfJournal));

    /// <summary>Why nothing can be sold at present, with what to do about it; null when the till can sell.</summary>
    public string? WhyNotSelling =>
        sealer.IsInDoubt ? "The disk failed while something was sealed. Leave (F10) and start again: it shows whether it was sold."
        : IsJournalSuspect ? "The journal has lost its end or is an old copy. Nothing is sold before the server was reached: F9 in normal mode."
        : !IsProvisioned ? "This till has no replica yet. It needs the server once: F9 in normal mode."
        : null;

    /// <summary>The name of the branch, and the time there; null while the till has no replica.</summary>
    public (string Branch, DateTimeOffset LocalTime)? Place() => view.Read<(string, DateTimeOffset)?>(() =>
    {
        if (!view.Exists)
        {
            return null;
        }
        var branch = view.BranchRow;
        return (branch.Text("name"), TimeZoneInfo.ConvertTime(clock.GetUtcNow(), TimeZones.Find(branch.Text("time_zone"))));
    });

    /// <summary>What prints slips, on the printer that is set for this machine; it outlives no till.</summary>
    /// <param name="changed">Called when a slip began to wait for the printer, or was printed at last.</param>
    internal SlipPrinter PrinterFor(Action changed) => printer = new SlipPrinter(files, folder, () => Settings, changed);

    /// <summary>Why a docket's number shows nothing: whose it is, and that it is not at hand.</summary>
    public string WhyNotFound(string number) => finder.WhyNot(number);

    /// <summary>The docket of a transaction; null when there is no such.</summary>
    public Task<Slip?> DocketAsync(string number, bool isGift = false, CancellationToken cancel = default) =>
        finder.DocketAsync(number, Settings.Columns, isGift, cancel);

    /// <summary>Posts everything unposted and brings the replica up to date.</summary>
    public async Task<SyncReport> SynchroniseAsync(IProgress<SyncProgress>? progress = null, CancellationToken cancel = default)
    {
        if (link.State == ConnectionState.Disconnected)
        {
            throw new TillException("This till was started disconnected and calls nobody. Leave --disconnected out to resynchronise.");
        }
        var (started, before) = (clock.GetTimestamp(), link.Requests);
        return await CallAsync(
            async () =>
            {
                var outcome = await listener.SynchroniseAsync(progress, cancel).ConfigureAwait(false);
                (link.PutOff, link.Withheld) = (outcome.PutOff, outcome.Withheld);
                offset.Heard(-outcome.ClockOffset);
                words.Keep();
                Archive();
                return await new SyncReporter(journal, link.Shop, Records)
                    .ReportAsync(outcome, () => link.Requests - before, () => clock.GetElapsedTime(started), cancel).ConfigureAwait(false);
            },
            cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// Returns when something on the server has changed that concerns this till. Waits for nobody who sells, and nobody waits for it.
    /// </summary>
    public Task WaitForNewsAsync(CancellationToken cancel = default) => listener.WaitAsync(cancel);

    /// <summary>Tells the server, which does not know, that its clock is right.</summary>
    /// <param name="time">What the server's clock said, Unix milliseconds.</param>
    public Task AcceptClockAsync(long time, string? byOperator, CancellationToken cancel = default) =>
        CallAsync(() => link.Shop.AcceptClockAsync(new ClockAcceptance(time, byOperator), cancel), cancel);

    /// <summary>An operator chooses another PIN, which the server keeps and other tills hear of.</summary>
    /// <exception cref="ServerRefusedException">The old PIN is not hers, or the new one is none.</exception>
    public Task ChangePinAsync(string name, string old, string pin, CancellationToken cancel = default) => link.State == ConnectionState.Disconnected
        ? throw new TillException("A PIN is changed with the server at hand: this till was started disconnected.")
        : CallAsync(() => link.Shop.ChangePinAsync(new PinChange(name, old, pin), cancel), cancel);

    /// <summary>A moment as the branch's clocks show it, such as <c>Monday 1 December 2026, 08:55</c>.</summary>
    public string Spoken(long instant) => view.Read(() =>
    {
        var there = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(instant), TimeZones.Find(view.BranchRow.Text("time_zone")));
        return there.ToString("dddd d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture);
    });

    private async Task BringWordsAsync(CancellationToken cancel)
    {
        if (words.Read() is not { Length: > 0 } kept)
        {
            return;
        }
        try
        {
            await link.Shop.BringWordsAsync(kept, cancel).ConfigureAwait(false);
        }
        catch (ServerRefusedException)
        {
            // A server that does not take them is served all the same.
        }
    }

    private void Archive()
    {
        try
        {
            journal.ArchiveSome(keeping);
        }
        catch (IOException)
        {
            // The entries stay where they are, and the next synchronisation tries again.
        }
    }

    /// <summary>Notes that a person has seen a report, so that the next one begins after it.</summary>
    public void Reported(SyncReport report) => journal.ReportedThrough = report.Through;

    /// <summary>Fetches a fresh replica; the journal stays as it is.</summary>
    public Task ReprovisionAsync(IProgress<SyncProgress>? progress = null, CancellationToken cancel = default) => CallAsync(
        async () =>
        {
            await orchestrator.ReprovisionAsync(progress, cancel).ConfigureAwait(false);
            return true;
        },
        cancel);

    /// <summary>
    /// Counts every row of the replica afresh; one that does not amount to what was received is replaced, and the server told.
    /// </summary>
    /// <returns>The number of rows, and what was wrong; null for nothing.</returns>
    public Task<(long Rows, string? Fault)> CheckReplicaAsync(IProgress<SyncProgress>? progress = null, CancellationToken cancel = default) =>
        CallAsync(() => orchestrator.CheckAsync(progress, cancel), cancel);

    /// <summary>Whether a normal-mode till has something to post or has not called for a while, and may call now.</summary>
    public bool ShouldSynchronise(TimeSpan every) => view.Look(() =>
    {
        var due = view.AsOf is not { } at || clock.GetUtcNow().ToUnixTimeMilliseconds() - at > (long)every.TotalMilliseconds;
        return link.MayTry && (due || link.State != ConnectionState.Normal || (journal.LastN > journal.Acknowledged && link.PutOff is null));
    });

    /// <returns>The number of sound entries, and the first fault.</returns>
    public (long Sound, string? Fault) VerifyJournal() => JournalVerification.Verify(journal);

    public TillSettings Settings
    {
        get => TillSettings.Read(files, folder);
        set => value.Write(files, folder);
    }

    public void Dispose()
    {
        orchestrator.Dispose();
        view.Dispose();
        journal.Dispose();
        link.Dispose();
    }

    /// <summary>Calls the server, and puts right with it who this till is when that is in doubt.</summary>
    private Task<T> CallAsync<T>(Func<Task<T>> work, CancellationToken cancel) => link.TryAsync(async () =>
    {
        try
        {
            return await readmission.RunAsync(work, cancel).ConfigureAwait(false);
        }
        catch (JournalForkedException e)
        {
            throw await new Renewal(orchestrator, link.Shop, files, folder, newSecret).RunAsync(Identity, e, cancel).ConfigureAwait(false);
        }
    });
}
