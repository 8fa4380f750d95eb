using System.Threading.Channels;
using Bookmine.Schema.Dockets;
using Bookmine.Sync.Files;

namespace Bookmine.TillClient.Dockets;

/// <summary>
/// Prints one slip after another on a thread of its own, so that nobody at the counter waits for a printer. What a printer that is off or out
/// of paper does not take waits in the folder <c>unprinted</c>, in order, also over an end of the program.
/// </summary>
/// <param name="print">Puts bytes on the printer; throws an <see cref="IOException"/> when it takes none.</param>
internal sealed class PrintQueue : IAsyncDisposable
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PatienceAtTheEnd = TimeSpan.FromSeconds(2);
    private readonly Channel<Job?> coming = Channel.CreateUnbounded<Job?>();
    private readonly CancellationTokenSource ending = new();
    private readonly IFileStore files;
    private readonly string folder;
    private readonly Func<byte[], CancellationToken, Task> print;
    private readonly Action changed;
    private readonly Task working;
    private long numbered;

    /// <param name="changed">Called when something began to wait, or was printed at last.</param>
    public PrintQueue(IFileStore files, string till, Func<byte[], CancellationToken, Task> print, Action changed)
    {
        (this.files, folder, this.print, this.changed) = (files, Path.Combine(till, "unprinted"), print, changed);
        PrivateFiles.MakeFolder(folder);
        Waiting = Held().Count;
        working = Task.Run(WorkAsync);
    }

    /// <summary>How many slips wait for the printer.</summary>
    public int Waiting { get; private set; }

    /// <summary>What the printer has answered last, when it took nothing; null once it takes something, or nothing waits for a while.</summary>
    public string? Fault { get; private set; }

    /// <param name="later">What is printed when the printer takes nothing now; null for what would be no use later.</param>
    public void Add(string name, byte[] now, byte[]? later) => coming.Writer.TryWrite(new Job(name, now, later));

    /// <summary>Tries those that wait again now.</summary>
    public void TryAgain() => coming.Writer.TryWrite(null);

    /// <summary>Gives up what waits: it is not printed any more.</summary>
    public void Forget()
    {
        foreach (var slip in Held())
        {
            files.Delete(slip);
        }
        (Waiting, Fault) = (0, null);
        changed();
    }

    public async ValueTask DisposeAsync()
    {
        coming.Writer.TryComplete();
        // A printer that does not answer keeps nobody from leaving: what it has not taken by then is kept.
        ending.CancelAfter(PatienceAtTheEnd);
        await Task.WhenAny(working, Task.Delay(PatienceAtTheEnd * 2)).ConfigureAwait(false);
    }

    private async Task WorkAsync()
    {
        while (await NextAsync().ConfigureAwait(false) is (true, var slip))
        {
            if (!await PrintHeldAsync().ConfigureAwait(false))
            {
                Keep(slip);
            }
            else if (slip is not null && !await TryAsync(slip.Now).ConfigureAwait(false))
            {
                Keep(slip);
            }
        }
    }

    /// <returns>The next slip; null when those that wait are to be tried again; false at the end.</returns>
    private async Task<(bool GoesOn, Job? Slip)> NextAsync()
    {
        using var patience = new CancellationTokenSource(Waiting > 0 || Fault is not null ? Again : Timeout.InfiniteTimeSpan);
        try
        {
            return await coming.Reader.WaitToReadAsync(patience.Token).ConfigureAwait(false) ? (true, await coming.Reader.ReadAsync().ConfigureAwait(false)) : (false, null);
        }
        catch (OperationCanceledException)
        {
            return (true, null);
        }
    }

    private async Task<bool> PrintHeldAsync()
    {
        foreach (var held in Held())
        {
            if (!await TryAsync(files.Read(held) ?? []).ConfigureAwait(false))
            {
                return false;
            }
            files.Delete(held);
            Waiting = Math.Max(Waiting - 1, 0);
            changed();
        }
        if (Fault is not null)
        {
            Fault = null;
            changed();
        }
        return true;
    }

    private async Task<bool> TryAsync(byte[] bytes)
    {
        try
        {
            await print(bytes, ending.Token).ConfigureAwait(false);
            Fault = null;
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            Fault = e.Message;
            return false;
        }
    }

    private void Keep(Job? slip)
    {
        if (slip is null)
        {
            return;
        }
        try
        {
            if (slip.Later is { } bytes)
            {
                numbered = Math.Max(numbered, LastHeld()) + 1;
                files.Replace(Path.Combine(folder, FormattableString.Invariant($"{numbered:d8}-{slip.Name}")), bytes);
                Waiting = Held().Count;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fault = $"{slip.Name} is not printed: {e.Message}";
        }
        changed();
    }

    private IReadOnlyList<string> Held() => [.. files.List(folder, "").Where(f => !f.EndsWith(".new", StringComparison.Ordinal))];

    private sealed record Job(string Name, byte[] Now, byte[]? Later);

    private long LastHeld() => Held() is [.., var last] && long.TryParse(Path.GetFileName(last).Split('-')[0], out var number) ? number : 0;
}
