using System.Text.Json;
using Bookmine.Sync.Clocks;
using Bookmine.Sync.Files;

namespace Bookmine.TillClient.Files;

/// <summary>
/// How far this machine's clock is ahead of the server's, as it was when they last spoke, and since then by as much as somebody has set the clock: sealed with
/// what moves goods, so that a count knows what was before it. It changes no date.
/// </summary>
/// <param name="machine">Shows when somebody sets the clock, also where the machine has slept meanwhile.</param>
internal sealed class ClockOffset(IFileStore files, string folder, TimeProvider clock, IMachineClock machine)
{
    private const string FileName = "clock.json";
    private const long Unremarkable = 5_000;

    /// <summary>Less is what any two clocks are off.</summary>
    private static readonly long Least = (long)TimeSpan.FromMinutes(2).TotalMilliseconds;

    private readonly Lock gate = new();
    private (long Ahead, long BootedAt)? known;

    /// <summary>What an entry says of it: milliseconds; null where it is right, or nothing is known.</summary>
    public long? ToSeal()
    {
        lock (gate)
        {
            var (ahead, bootedAt) = known ??= Kept();
            var now = ahead + BootedAt() - bootedAt;
            return Math.Abs(now) < Least ? null : now;
        }
    }

    /// <summary>The server has told its time.</summary>
    /// <param name="ahead">Milliseconds that this machine's clock is ahead of it.</param>
    public void Heard(long ahead)
    {
        lock (gate)
        {
            var before = (known ?? Kept()).Ahead;
            known = (ahead, BootedAt());
            if (Math.Abs(ahead - before) > Unremarkable)
            {
                files.Replace(Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(new Word(ahead), TillFilesJson.Default.Word));
            }
        }
    }

    private long BootedAt() => machine.Read(clock.GetUtcNow().ToUnixTimeMilliseconds()).BootedAt;

    private (long Ahead, long BootedAt) Kept()
    {
        try
        {
            var kept = files.Read(Path.Combine(folder, FileName)) is { } json ? JsonSerializer.Deserialize(json, TillFilesJson.Default.Word) : null;
            return (kept?.AheadMilliseconds ?? 0, BootedAt());
        }
        catch (JsonException)
        {
            // The next word with the server makes it again.
            return (0, BootedAt());
        }
    }

    internal sealed record Word(long AheadMilliseconds);
}
