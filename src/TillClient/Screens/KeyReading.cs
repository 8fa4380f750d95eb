using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Terminal.Gui.App;
using Terminal.Gui.Drivers;

namespace Bookmine.TillClient.Screens;

/// <summary>
/// Has the terminal's library wait for keys where its own way is to look for them fifty times a second, which is a till's whole idle load and up to
/// twenty milliseconds of each scan.
/// </summary>
internal static class KeyReading
{
    /// <summary>Puts the waiting in place of the looking, before the application is initialised.</summary>
    /// <param name="driver">The library's name for the driver that will be used.</param>
    /// <param name="wake">Called when keys have been read.</param>
    /// <returns>False where it looks as before: on Windows, and in a version of the library that is built in another way.</returns>
    public static bool WaitIn(IApplication app, string driver, Action wake)
    {
        if (OperatingSystem.IsWindows())
        {
            return false;
        }
        try
        {
            FactoryOf(app) = driver == DriverRegistry.Names.DOTNET ? new NetFactory(wake) : new AnsiFactory(wake);
            return true;
        }
        catch (Exception e) when (e is MissingFieldException or TypeLoadException)
        {
            return false;
        }
    }

    // The library makes its drivers by name from a list of its own; what it has for others is not asked (2.5.0, DriverRegistry.Register).
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_componentFactory")]
    private static extern ref IComponentFactory? FactoryOf([UnsafeAccessorType("Terminal.Gui.App.ApplicationImpl, Terminal.Gui")] object app);

    private sealed class AnsiFactory(Action wake) : AnsiComponentFactory
    {
        public override IInput<char> CreateInput() => new AnsiKeys(wake);
    }

    private sealed class NetFactory(Action wake) : NetComponentFactory
    {
        public override IInput<ConsoleKeyInfo> CreateInput() => new NetKeys(wake);
    }

    private sealed class AnsiKeys(Action wake) : AnsiInput, IInput<char>
    {
        private readonly KeyQueue<char> keys = new(wake);

        void IInput<char>.Initialize(ConcurrentQueue<char> inputQueue) => keys.Into = inputQueue;

        void IInput<char>.Run(CancellationToken runCancellationToken) => keys.Fill(Peek, Read, runCancellationToken);
    }

    private sealed class NetKeys(Action wake) : NetInput, IInput<ConsoleKeyInfo>
    {
        private readonly KeyQueue<ConsoleKeyInfo> keys = new(wake);

        void IInput<ConsoleKeyInfo>.Initialize(ConcurrentQueue<ConsoleKeyInfo> inputQueue) => keys.Into = inputQueue;

        void IInput<ConsoleKeyInfo>.Run(CancellationToken runCancellationToken) => keys.Fill(Peek, Read, runCancellationToken);
    }
}

/// <summary>Moves keys from the terminal into the queue from which the screen's loop takes them, as they come.</summary>
/// <param name="wake">Called when some have been moved.</param>
internal sealed class KeyQueue<T>(Action wake)
{
    public ConcurrentQueue<T> Into { get; set; } = new();

    /// <summary>Runs until it is cancelled.</summary>
    /// <param name="peek">Whether there is anything to read.</param>
    public void Fill(Func<bool> peek, Func<IEnumerable<T>> read, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            // What the runtime has taken from the terminal already is not waited for.
            if (!peek())
            {
                StandardInput.Await();
                continue;
            }
            var any = false;
            foreach (var key in read())
            {
                Into.Enqueue(key);
                any = true;
            }
            if (any)
            {
                wake();
            }
            else
            {
                // A line that was hung up is always ready, with nothing.
                StandardInput.Rest();
            }
        }
    }
}

/// <summary>The terminal as a file that is waited for.</summary>
internal static partial class StandardInput
{
    // A program that ends does not wait longer than this for the thread that waits here.
    private const int LongestMilliseconds = 250;

    /// <summary>Waits until there is something to read, a while, or until nothing will come any more.</summary>
    public static void Await()
    {
        var file = new PollFile { File = 0, Events = PollFile.Readable };
        if (Poll(ref file, 1, LongestMilliseconds) != 0 && (file.Happened & PollFile.Readable) == 0)
        {
            Rest();
        }
    }

    /// <summary>Waits where asking the terminal would not.</summary>
    public static void Rest() => Thread.Sleep(LongestMilliseconds);

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
