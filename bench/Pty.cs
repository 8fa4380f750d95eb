using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Bookmine.Bench;

/// <summary>A pseudo-terminal of 80 by 25 with a program in it. Linux only.</summary>
internal sealed partial class Pty : IDisposable
{
    private const int ReadWriteNoControl = 0x2 | 0x100;
    private readonly SafeFileHandle master;
    private readonly FileStream stream;
    private readonly Thread reader;
    private readonly VtScreen screen = new();
    private readonly Process process;
    private readonly object changed = new();

    /// <param name="environment">Set for the program.</param>
    public Pty(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var descriptor = OpenMaster(ReadWriteNoControl);
        if (descriptor < 0 || Grant(descriptor) != 0 || Unlock(descriptor) != 0)
        {
            throw new InvalidOperationException("This machine gives no pseudo-terminal.");
        }
        var name = Marshal.PtrToStringAnsi(Name(descriptor))!;
        master = new SafeFileHandle(descriptor, ownsHandle: true);
        stream = new FileStream(master, FileAccess.ReadWrite, bufferSize: 0);
        var command = string.Join(' ', arguments.Prepend(program).Select(a => $"'{a}'"));
        // setsid takes its standard input for the terminal.
        var start = new ProcessStartInfo("sh", ["-c", $"exec setsid --ctty sh -c \"stty rows {VtScreen.Rows} cols {VtScreen.Columns}; exec {command}\" <>{name} >&0 2>&0"]);
        start.Environment["TERM"] = "xterm";
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }
        Started = Stopwatch.GetTimestamp();
        process = Process.Start(start)!;
        reader = new Thread(Read) { IsBackground = true };
        reader.Start();
    }

    /// <summary>When it was started, by the stopwatch.</summary>
    public long Started { get; }

    public int Id => process.Id;

    public void Write(string text)
    {
        stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
        stream.Flush();
    }

    /// <summary>Waits until the screen is as wanted.</summary>
    /// <returns>When it became so, by the stopwatch: when the bytes that made it so were read.</returns>
    public long Until(Func<VtScreen, bool> wanted, string what, int mostSeconds = 20)
    {
        lock (changed)
        {
            var began = Stopwatch.GetTimestamp();
            while (!wanted(screen))
            {
                if (!Monitor.Wait(changed, 1000) && Stopwatch.GetElapsedTime(began).TotalSeconds > mostSeconds)
                {
                    throw new TimeoutException($"{what} did not appear. The screen:\n{screen}");
                }
            }
            return screen.At;
        }
    }

    /// <summary>Whether the screen is as wanted, or becomes so within a time.</summary>
    public bool Is(Func<VtScreen, bool> wanted, TimeSpan within)
    {
        var began = Stopwatch.GetTimestamp();
        lock (changed)
        {
            while (!wanted(screen))
            {
                var left = within - Stopwatch.GetElapsedTime(began);
                if (left <= TimeSpan.Zero || !Monitor.Wait(changed, left))
                {
                    return wanted(screen);
                }
            }
            return true;
        }
    }

    public override string ToString()
    {
        lock (changed)
        {
            return screen.ToString();
        }
    }

    /// <summary>The resident memory, in MB.</summary>
    public double Megabytes() => File.ReadLines($"/proc/{Id}/status").Where(l => l.StartsWith("VmRSS", StringComparison.Ordinal))
        .Select(l => long.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024.0).First();

    /// <summary>Processor time used so far.</summary>
    public TimeSpan Cpu()
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }
        process.WaitForExit();
        process.Dispose();
        stream.Dispose();
        master.Dispose();
    }

    private void Read()
    {
        var buffer = new byte[65_536];
        try
        {
            while (stream.Read(buffer) is > 0 and var count)
            {
                lock (changed)
                {
                    if (screen.Take(buffer.AsSpan(0, count)) is { } answer)
                    {
                        stream.Write(System.Text.Encoding.ASCII.GetBytes(answer));
                    }
                    Monitor.PulseAll(changed);
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The program has ended, and its terminal with it.
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_openpt")]
    private static partial int OpenMaster(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt")]
    private static partial int Grant(int descriptor);

    [LibraryImport("libc", EntryPoint = "unlockpt")]
    private static partial int Unlock(int descriptor);

    [LibraryImport("libc", EntryPoint = "ptsname")]
    private static partial nint Name(int descriptor);
}
