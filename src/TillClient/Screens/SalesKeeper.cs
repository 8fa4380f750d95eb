namespace Bookmine.TillClient.Screens;

/// <summary>Keeps the open sales on the disk as they change, and never has a scan wait for the disk.</summary>
internal sealed class SalesKeeper(Till till, PosDesk desk)
{
    private Task writing = Task.CompletedTask;

    // As they are on the disk, or will be when the writing has ended.
    private byte[]? kept;

    /// <summary>Takes up the sales that an earlier program has left open.</summary>
    public void TakeUp()
    {
        kept = till.OpenSales;
        OpenSales.Read(desk, kept);
    }

    /// <summary>Begins to write what has changed. What changes during a writing is for the next call.</summary>
    /// <exception cref="IOException">The last writing failed; it is begun again.</exception>
    public Task KeepAsync()
    {
        var (last, now) = (writing, OpenSales.Write(desk));
        if (last.IsCompleted && (last.IsFaulted || !(now ?? []).AsSpan().SequenceEqual(kept ?? [])))
        {
            kept = now;
            writing = Task.Run(() => till.OpenSales = now);
        }
        return last.IsFaulted ? last : Task.CompletedTask;
    }

    /// <summary>Keeps what there is at the program's end.</summary>
    public async Task EndAsync()
    {
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await KeepAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
