using System.Globalization;
using System.Threading.Channels;
using Bookmine.TillClient.Dockets;
using Bookmine.TillClient.Server;

namespace Bookmine.TillClient.Screens;

/// <summary>
/// The POS screen without the screen: what was entered goes in, pictures come out. Entries wait in a queue and are worked off one after
/// another on a thread of their own, so that a scan during a repaint or a search is neither lost nor out of order. A synchronisation runs
/// beside the queue: nobody at the counter waits for it.
/// </summary>
internal sealed class PosSession(Till till, TimeProvider clock, Action changed, Action quit) : IAsyncDisposable
{
    private static readonly TimeSpan SynchroniseEvery = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan TickEvery = TimeSpan.FromSeconds(1);
    private const int QuietMilliseconds = 500;
    private static readonly TimeSpan PutOffFor = TimeSpan.FromMinutes(10);

    private readonly Channel<Func<Task>> inputs = Channel.CreateBounded<Func<Task>>(10_000);
    private readonly CancellationTokenSource ending = new();
    private PosDialogue? dialogue;
    private SalesKeeper? keeper;
    private SlipPrinter? printer;
    private SyncBar? bar;
    private Task working = Task.CompletedTask;
    private Task ticking = Task.CompletedTask;
    private Task synchronising = Task.CompletedTask;
    private Task listening = Task.CompletedTask;
    private CancellationTokenSource? putOff;
    private DateTimeOffset notBefore;
    private long askedClock;
    private int columns = Conversation.UsualWidth;
    private bool usedMemory = true;

    /// <summary>What to draw now.</summary>
    public PosPicture Picture { get; private set; } = PosPicture.Empty;

    private PosDialogue Dialogue => dialogue!;

    public void Start()
    {
        printer = till.PrinterFor(() => Do(() => { }));
        var desk = new PosDesk(till, clock, printer, ending.Token);
        (dialogue, keeper) = (new PosDialogue(desk, () => Synchronise(byHand: true), quit), new SalesKeeper(till, desk));
        Do(() => { });
        working = Task.Run(WorkAsync);
        ticking = Task.Run(TickAsync);
        if (till.Status().State != ConnectionState.Disconnected)
        {
            Do(() => Synchronise(byHand: false));
        }
    }

    /// <summary>An entry ended by Enter.</summary>
    /// <param name="isFast">Its characters came as fast as only a scanner types.</param>
    public void Enter(string text, bool isFast = false) => inputs.Writer.TryWrite(() => Dialogue.HandleAsync(text.Trim(), isFast));

    public void Press(PosCommand command) => inputs.Writer.TryWrite(() => Dialogue.CommandAsync(command));

    /// <summary>Esc: one step back.</summary>
    public void Back() => inputs.Writer.TryWrite(() => PutsOff() ? Task.CompletedTask : Dialogue.BackAsync());

    /// <summary>Tells what the screen itself has to tell.</summary>
    public void Say(string text) => Do(() => Dialogue.Say(text, isAlarm: true));

    /// <summary>Tells how wide the screen is, in columns; lines are made anew where that has changed.</summary>
    public void Resize(int width)
    {
        if (Interlocked.Exchange(ref columns, width) != width)
        {
            Do(() => Dialogue.Width = width);
        }
    }

    public void Move(int by) => Do(() => Dialogue.Move(by));

    /// <summary>Waits until all that was entered has been worked off, and a synchronisation that runs has ended.</summary>
    public async Task SettleAsync()
    {
        for (var round = 0; round < 2; round++)
        {
            var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Do(settled.SetResult);
            await settled.Task.ConfigureAwait(false);
            await synchronising.ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        inputs.Writer.TryComplete();
        await ending.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(working, ticking, synchronising, listening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await (keeper?.EndAsync() ?? Task.CompletedTask).ConfigureAwait(false);
        if (printer is not null)
        {
            await printer.DisposeAsync().ConfigureAwait(false);
        }
        putOff?.Dispose();
        ending.Dispose();
    }

    private async Task WorkAsync()
    {
        Redraw();
        await foreach (var input in inputs.Reader.ReadAllAsync(ending.Token).ConfigureAwait(false))
        {
            var wasIdle = Dialogue.IsIdle;
            // What is to go on goes on before anything else is done: a sale whose money is taken is no sale to change.
            await TryAsync(TakeUpAsync).ConfigureAwait(false);
            await TryAsync(input).ConfigureAwait(false);
            await TryAsync(Dialogue.GoOnAsync).ConfigureAwait(false);
            await TryAsync(keeper!.KeepAsync).ConfigureAwait(false);
            usedMemory |= Dialogue.IsIdle && !wasIdle;
            Redraw();
        }
    }

    private Task TakeUpAsync()
    {
        keeper!.TakeUp();
        return Dialogue.GoOnAsync();
    }

    private async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever went wrong is said on the screen, and the till goes on.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            till.NoteFault(e);
            Dialogue.Say(till.WhyNotSelling ?? FaultText.Of(e), isAlarm: true);
        }
#pragma warning restore CA1031
    }

    /// <summary>Once a second the status line, and a synchronisation when one is due.</summary>
    private async Task TickAsync()
    {
        using var timer = new PeriodicTimer(TickEvery);
        while (await timer.WaitForNextTickAsync(ending.Token).ConfigureAwait(false))
        {
            Do(() =>
            {
                // After what ended the sale is on the screen.
                if (usedMemory)
                {
                    usedMemory = false;
                    SpareMemory.GiveBack();
                }
                if (clock.GetUtcNow() >= notBefore && till.ShouldSynchronise(SynchroniseEvery))
                {
                    Synchronise(byHand: false);
                }
                Listen();
            });
        }
    }

    private void Synchronise(bool byHand)
    {
        if (till.Status().State == ConnectionState.Disconnected)
        {
            Dialogue.Say(till.Identity.IsTraining ? "This is training: nothing here is ever posted." : "This till was started disconnected. Leave and start it in normal mode to resynchronise.");
        }
        else if (synchronising.IsCompleted)
        {
            putOff?.Dispose();
            putOff = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
            synchronising = Task.Run(() => SynchroniseAsync(byHand));
            synchronising.ContinueWith(_ => Do(Listen), TaskScheduler.Default);
        }
    }

    /// <summary>In normal mode the till hears at once what changes on the server.</summary>
    private void Listen()
    {
        if (listening.IsCompleted && synchronising.IsCompleted && clock.GetUtcNow() >= notBefore && till.Status().State == ConnectionState.Normal)
        {
            listening = Task.Run(ListenAsync);
        }
    }

    private async Task ListenAsync()
    {
        await till.WaitForNewsAsync(ending.Token).ConfigureAwait(false);
        Do(() =>
        {
            if (clock.GetUtcNow() >= notBefore)
            {
                Synchronise(byHand: false);
            }
        });
    }

    private async Task SynchroniseAsync(bool byHand)
    {
        try
        {
            bar = new SyncBar(() => Do(() => { }), byHand ? 0 : QuietMilliseconds);
            var report = await till.SynchroniseAsync(bar, putOff!.Token).ConfigureAwait(false);
            inputs.Writer.TryWrite(() => TellAsync(report, byHand));
        }
        catch (OperationCanceledException)
        {
            // Put off, or the program ends.
        }
#pragma warning disable CA1031 // A synchronisation that fails is told and tried again; nothing at the counter depends on it.
        catch (Exception e)
        {
            Do(() => Failed(e.Message, byHand));
        }
#pragma warning restore CA1031
        finally
        {
            bar = null;
        }
    }

    /// <summary>Sell now, post later: Esc while a synchronisation is shown ends it, and what it has done stays done.</summary>
    private bool PutsOff()
    {
        if (!Dialogue.IsIdle || bar?.Lines is null || putOff is null)
        {
            return false;
        }
        putOff.Cancel();
        notBefore = clock.GetUtcNow() + PutOffFor;
        var unposted = till.Status().Unposted;
        Dialogue.Say(string.Create(CultureInfo.InvariantCulture, $"Sell now, post later: {(unposted == 0 ? "all is posted, the rest" : $"{unposted} unposted, which")} is taken up in {PutOffFor.TotalMinutes:0} minutes, or with F9."));
        return true;
    }

    /// <summary>The report is shown between sales; what it tells is not lost when a sale is open, but told by the next one.</summary>
    private async Task TellAsync(SyncReport report, bool byHand)
    {
        usedMemory = true;
        if (Dialogue.IsIdle && report.PutOff is { Asks: { } time } && (byHand || clock.GetElapsedTime(askedClock) > PutOffFor || askedClock == 0))
        {
            askedClock = clock.GetTimestamp();
            await Dialogue.AskClockAsync(time, () => Synchronise(byHand: true)).ConfigureAwait(false);
        }
        else
        {
            await TellReportAsync(report, byHand).ConfigureAwait(false);
        }
    }

    private Task TellReportAsync(SyncReport report, bool byHand)
    {
        if (!Dialogue.IsIdle || !(byHand || report.TellsAnything))
        {
            if (byHand)
            {
                Dialogue.Say("Resynchronised. What there is to tell comes when this is done.");
            }
            else if (report.Withheld is { } why)
            {
                Failed(why, byHand);
            }
            return Task.CompletedTask;
        }
        till.Reported(report);
        return Dialogue.ReportAsync(report);
    }

    private void Failed(string message, bool byHand)
    {
        // Nobody asked, and the status line says it as well: it takes nothing away that is still read, such as the change due.
        if (byHand || (Dialogue.IsIdle && Dialogue.Message.Length == 0))
        {
            Dialogue.Say(message, isAlarm: byHand);
        }
    }

    private void Do(Action action) => inputs.Writer.TryWrite(() =>
    {
        action();
        return Task.CompletedTask;
    });

    private void Redraw()
    {
        try
        {
            var progress = Dialogue.IsIdle ? bar?.Lines : null;
            Draw(new PosPicture(
                Head(), progress is null ? Dialogue.Heading() : "", progress ?? Dialogue.Body(), Dialogue.IsPage, Dialogue.Marked, Dialogue.Total(), Dialogue.Prompt(), Dialogue.IsSecret, Dialogue.Message, Dialogue.IsAlarm, Status(), IsWell()));
        }
#pragma warning disable CA1031 // A screen that cannot be drawn whole still says why.
        catch (Exception e)
        {
            Draw(Picture with { Message = e.Message, IsAlarm = true });
        }
#pragma warning restore CA1031
    }

    private string Status() => (till.WhyNotSelling is null ? "" : "NOT SELLING · ") + StatusText.Line(till.Status(), till.Identity.IsTraining) + (Dialogue.Operator is { } name ? $" · {name}" : "")
        + (printer is { Waiting: > 0 } ? string.Create(CultureInfo.InvariantCulture, $" · {printer.Waiting} UNPRINTED, {printer.Fault ?? "tried again"}") : printer?.Fault is { } fault ? $" · {fault}" : "");

    private bool IsWell() => till.WhyNotSelling is null && till.Status().State != ConnectionState.Away && printer is not ({ Waiting: > 0 } or { Fault: not null });

    private string Head()
    {
        var name = $"till {till.Identity.Name}";
        return till.Place() is var (branch, now)
            ? string.Create(CultureInfo.InvariantCulture, $"{branch} · {name} · {now:yyyy-MM-dd HH:mm}")
            : $"{name} has no replica yet and needs the server once (F9)";
    }

    private void Draw(PosPicture drawn)
    {
        var picture = drawn.Clean();
        if (picture.Body.SequenceEqual(Picture.Body) && picture with { Body = Picture.Body } == Picture)
        {
            return;
        }
        Picture = picture;
        changed();
    }
}
