using System.Runtime.InteropServices;

namespace Bookmine.TillClient.Screens;

/// <summary>
/// Lets the screen's loop rest while nothing happens, and wakes it for a key or a picture: the first scan after a pause is taken as quickly as any,
/// and a till that nobody touches costs next to nothing.
/// </summary>
internal sealed partial class LoopRest : IDisposable
{
    // The longest rest: by then a new size of the terminal is noticed, and a key whose coming was missed.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(200);

    // Without a watch on the keys the loop looks for them as often as it did before it rested.
    private static readonly TimeSpan LongestUnwatched = TimeSpan.FromMilliseconds(40);

    // A key that woke the loop is read by the library's own thread, within this time; until then the terminal would wake it again and again.
    private static readonly TimeSpan UntilRead = TimeSpan.FromMilliseconds(50);

    private readonly ManualResetEventSlim wanted = new(initialState: false, spinCount: 0);
    private readonly TimeSpan longest;
    private volatile bool ended;

    public LoopRest()
    {
        longest = OperatingSystem.IsLinux() ? Longest : LongestUnwatched;
        if (OperatingSystem.IsLinux())
        {
            new Thread(WatchKeys, maxStackSize: 64 * 1024) { IsBackground = true, Name = "keys" }.Start();
        }
    }

    /// <summary>Rests until it is woken, or long enough.</summary>
    public void Wait()
    {
        wanted.Wait(longest);
        wanted.Reset();
    }

    /// <summary>There is something to do. Callable from any thread.</summary>
    public void Wake() => wanted.Set();

    /// <summary>The watch ends with the program, or with the next key.</summary>
    public void Dispose() => ended = true;

    private void WatchKeys()
    {
        while (!ended)
        {
            var standardInput = new PollFile { File = 0, Events = PollFile.Readable };
            // A hang-up or a closed terminal is for the library to find: it is readable too, and no hurry.
            _ = Poll(ref standardInput, 1, -1);
            Wake();
            Thread.Sleep(UntilRead);
        }
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollFile file, nuint count, int milliseconds);

    /// <summary>What <c>poll</c> takes and fills in (poll(2)).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct PollFile
    {
        public const short Readable = 1;

        public int File;
        public short Events;
        public short Happened;
    }
}
