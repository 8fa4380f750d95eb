using System.Globalization;
using System.Threading.Channels;
using Bookmine.Sync.Orchestrators;
using Bookmine.TillClient.Commands;
using Bookmine.TillClient.Server;

namespace Bookmine.TillClient.Screens;

/// <summary>
/// The POS screen without the screen: what was entered goes in, pictures come out. Entries wait in a queue and are worked off one after
/// another on a thread of their own, so that a scan during a repaint, a search or a synchronisation is neither lost nor out of order.
/// </summary>
internal sealed class PosSession(Till till, TimeProvider clock, Action changed, Action quit) : IAsyncDisposable
{
    private static readonly TimeSpan SynchroniseEvery = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan TickEvery = TimeSpan.FromSeconds(1);

    private readonly Channel<Func<Task>> inputs = Channel.CreateBounded<Func<Task>>(10_000);
    private readonly CancellationTokenSource ending = new();
    private PosDialogue? dialogue;
    private Task working = Task.CompletedTask;
    private Task ticking = Task.CompletedTask;
    private Task synchronising = Task.CompletedTask;
    /// <summary>What to draw now.</summary>
    public PosPicture Picture { get; private set; } = PosPicture.Empty;

    public void Start()
    {
        dialogue = new PosDialogue(till, clock, () => SynchroniseAsync(showAlways: true), quit, ending.Token);
        working = Task.Run(WorkAsync);
        ticking = Task.Run(TickAsync);
    }

    /// <summary>An entry ended by Enter.</summary>
    public void Enter(string text) => inputs.Writer.TryWrite(() => dialogue!.HandleAsync(text.Trim()));

    public void Press(PosCommand command) => inputs.Writer.TryWrite(() => dialogue!.CommandAsync(command, []));

    /// <summary>Esc: one step back.</summary>
    public void Back() => Do(dialogue!.Back);

    public void Move(int by) => Do(() => dialogue!.Move(by));

    /// <summary>Waits until all that was entered has been worked off.</summary>
    public async Task SettleAsync()
    {
        var settled = new TaskCompletionSource();
        Do(settled.SetResult);
        await settled.Task.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        inputs.Writer.TryComplete();
        await ending.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(working, ticking, synchronising).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ending.Dispose();
    }

    private async Task WorkAsync()
    {
        if (till.Status().State != ConnectionState.Disconnected)
        {
            Redraw();
            await SynchroniseAsync(showAlways: false).ConfigureAwait(false);
        }
        Redraw();
        await foreach (var input in inputs.Reader.ReadAllAsync(ending.Token).ConfigureAwait(false))
        {
            try
            {
                await input().ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                dialogue!.Say(e.Message, isAlarm: true);
            }
            Redraw();
        }
    }

    /// <summary>Once a second the status line; between sales a synchronisation when one is due.</summary>
    private async Task TickAsync()
    {
        using var timer = new PeriodicTimer(TickEvery);
        while (await timer.WaitForNextTickAsync(ending.Token).ConfigureAwait(false))
        {
            Do(() =>
            {
                if (dialogue!.IsIdle && synchronising.IsCompleted && till.ShouldSynchronise(SynchroniseEvery))
                {
                    synchronising = Task.Run(QuietlyAsync);
                }
            });
        }
    }

    private async Task QuietlyAsync()
    {
        try
        {
            await till.SynchroniseAsync(null, ending.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ServerAwayException or ServerRefusedException or DownloadBusyException or OperationCanceledException)
        {
            // The status line says it; the state machine tries again.
        }
    }

    private async Task SynchroniseAsync(bool showAlways)
    {
        if (till.Status().State == ConnectionState.Disconnected)
        {
            dialogue!.Say("This till was started disconnected. Leave and start it in normal mode to resynchronise.");
            return;
        }
        try
        {
            var report = await till.SynchroniseAsync(new Bar(this), ending.Token).ConfigureAwait(false);
            if (showAlways || report.Posted.Sales + report.Posted.Stock + report.Posted.Contacts + report.Dropped.Count + report.Quarantined.Count > 0 || !report.Agree)
            {
                dialogue!.Show(ResyncCommands.Text(report).Split('\n'));
            }
        }
        catch (Exception e) when (e is ServerAwayException or ServerRefusedException or DownloadBusyException)
        {
            dialogue!.Say(e.Message, isAlarm: true);
        }
    }

    private void Do(Action action) => inputs.Writer.TryWrite(() =>
    {
        action();
        return Task.CompletedTask;
    });

    private void Redraw()
    {
        var (branch, now) = till.Place();
        Draw(new PosPicture(
            string.Create(CultureInfo.InvariantCulture, $"{branch} · till {till.Identity.Name} · {now:yyyy-MM-dd HH:mm}"), dialogue!.Body(), dialogue.Marked,
            dialogue.Total(), dialogue.Prompt(), dialogue.Message, dialogue.IsAlarm, StatusText.Line(till.Status())));
    }

    private void Draw(PosPicture picture)
    {
        if (picture.Body.SequenceEqual(Picture.Body) && picture with { Body = Picture.Body } == Picture)
        {
            return;
        }
        Picture = picture;
        changed();
    }

    /// <summary>The progress of a synchronisation, as a bar in the body.</summary>
    private sealed class Bar(PosSession session) : IProgress<SyncProgress>
    {
        private const int Width = 40;
        private const int EveryMilliseconds = 40;
        private long drawn;

        public void Report(SyncProgress value)
        {
            if (drawn != 0 && Environment.TickCount64 - drawn < EveryMilliseconds && value.Done < value.Of)
            {
                return;
            }
            drawn = Environment.TickCount64;
            var full = value.Of == 0 ? 0 : (int)(value.Done * Width / value.Of);
            session.Draw(session.Picture with
            {
                Body = ["", $"  {SyncProgressBar.Name(value.Stage)}", $"  [{new string('#', full)}{new string('.', Width - full)}] {(value.Of == 0 ? "" : $"{value.Done:N0} of {value.Of:N0}")}"],
                Marked = -1,
                Message = "",
            });
        }
    }
}
