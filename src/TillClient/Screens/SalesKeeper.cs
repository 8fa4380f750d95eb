namespace Bookmine.TillClient.Screens;

/// <summary>
/// Keeps the open sales on the disk, so that an end of the program loses none. Money that was taken is on the disk before the screen shows it; a row
/// of scans is written beside the counter, in a few goes, and no scan waits for the disk.
/// </summary>
internal sealed class SalesKeeper(Till till, PosDesk desk)
{
    private static readonly TimeSpan BetweenGoes = TimeSpan.FromMilliseconds(250);

    private readonly Lock gate = new();
    private Task writing = Task.CompletedTask;
    private int payments;
    private bool isTakenUp;

    // As they are to be on the disk, and as they are there.
    private volatile byte[]? kept;
    private volatile byte[]? written;

    private int Payments => desk.State is CounterState.Paying paying ? paying.Tender.Payments.Count : 0;

    /// <summary>Takes up the sales that an earlier program has left open, once, as soon as there are records of what is in them.</summary>
    public void TakeUp()
    {
        if (isTakenUp || !till.IsProvisioned)
        {
            return;
        }
        kept = written = till.OpenSales;
        KeptCounter.Read(desk, kept);
        (payments, isTakenUp) = (Payments, true);
    }

    /// <summary>Keeps what has changed, once there is nothing more to take up: at once where money was taken or given back, and soon otherwise.</summary>
    /// <exception cref="IOException">It could not be written; the next call begins again.</exception>
    public async Task KeepAsync()
    {
        if (!isTakenUp)
        {
            return;
        }
        var now = KeptCounter.Write(desk);
        if (!(now ?? []).AsSpan().SequenceEqual(kept ?? []))
        {
            kept = now;
        }
        var wasMoney = payments != Payments && desk.State is not CounterState.Idle;
        payments = Payments;
        if (wasMoney)
        {
            Write();
        }
        var last = writing;
        if (last.IsCompleted && kept != written)
        {
            writing = Task.Run(WriteSoonAsync);
        }
        if (last.IsFaulted)
        {
            await last.ConfigureAwait(false);
        }
    }

    /// <summary>Keeps what there is at the program's end.</summary>
    public async Task EndAsync()
    {
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await KeepAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task WriteSoonAsync()
    {
        do
        {
            Write();
            await Task.Delay(BetweenGoes).ConfigureAwait(false);
        }
        while (kept != written);
    }

    private void Write()
    {
        lock (gate)
        {
            var now = kept;
            if (now != written)
            {
                till.OpenSales = now;
                written = now;
            }
        }
    }
}
