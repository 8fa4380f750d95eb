using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Bookmine.Sync.Clocks;

/// <summary>What a machine knows of its own clock.</summary>
/// <param name="Machine">Tells machines apart, and says nothing else about them.</param>
/// <param name="BootedAt">By its clock as it is now, Unix milliseconds: it moves when the clock is set, and with every start of the machine.</param>
/// <param name="IsSynchronised">Whether the system keeps the clock to a time server's at this moment; false where that cannot be told.</param>
/// <param name="KeepsTime">Whether the clock runs on while the machine is off, or is synchronised.</param>
public sealed record MachineReading(string Machine, long BootedAt, bool IsSynchronised, bool KeepsTime);

/// <summary>Reads what a machine knows of its clock.</summary>
public interface IMachineClock
{
    /// <param name="now">The clock at this moment, Unix milliseconds.</param>
    MachineReading Read(long now);
}

/// <summary>The clock of the machine that this program runs on.</summary>
public static partial class MachineClock
{
    private const int MachineCharacters = 16;

    /// <param name="clock">A clock that is not the system's is somebody's who knows what he does, such as a test's: it counts as synchronised.</param>
    public static IMachineClock This(TimeProvider clock) =>
        clock != TimeProvider.System ? new Trusted() : OperatingSystem.IsLinux() ? new Linux() : new Plain();

    private static string MachineId()
    {
        const string file = "/etc/machine-id";
        var id = File.Exists(file) ? File.ReadAllText(file).Trim() : "";
        // The id itself is not for others (machine-id(5)).
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"bookmine {id} {Environment.MachineName}")))[..MachineCharacters];
    }

    private sealed class Trusted : IMachineClock
    {
        private readonly string machine = MachineId();

        public MachineReading Read(long now) => new(machine, 0, true, true);
    }

    private sealed class Plain : IMachineClock
    {
        private readonly string machine = MachineId();

        public MachineReading Read(long now) => new(machine, now - Environment.TickCount64, false, true);
    }

    private sealed partial class Linux : IMachineClock
    {
        // adjtimex(2): the state of a clock that nothing keeps right, and a struct that is smaller than this on every architecture.
        private const int TimeError = 5;
        private const int TimexBytes = 512;

        private readonly string machine = MachineId();
        private readonly bool hasBattery = Directory.Exists("/sys/class/rtc/rtc0");

        public MachineReading Read(long now)
        {
            // With the time that the machine slept, which no other clock counts that .NET shows (proc_uptime(5)).
            var uptime = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
            var isSynchronised = IsSynchronised();
            return new MachineReading(machine, now - (long)(uptime * 1000), isSynchronised, isSynchronised || hasBattery);
        }

        private static unsafe bool IsSynchronised()
        {
            var timex = stackalloc byte[TimexBytes];
            new Span<byte>(timex, TimexBytes).Clear();
            return AdjustTime(timex) is >= 0 and < TimeError;
        }

        [LibraryImport("libc", EntryPoint = "adjtimex")]
        private static unsafe partial int AdjustTime(byte* timex);
    }
}
