using System.Runtime.InteropServices;
using Terminal.Gui.App;
using Terminal.Gui.Input;

namespace Bookmine.TillClient.Screens;

/// <summary>Runs the POS screen on the terminal at hand.</summary>
internal static class PosProgram
{
    // The loop polls: a scan waits for it twice, to be read and to be painted. Between customers it rests.
    private const ushort IterationsPerSecond = 125;
    private static readonly TimeSpan BusyFor = TimeSpan.FromSeconds(3);

    /// <exception cref="TillException">There is no terminal.</exception>
    /// <param name="inFont">Puts text into what the terminal's font has.</param>
    /// <param name="mono">Whether the terminal has no colours.</param>
    public static async Task RunAsync(Till till, TimeProvider clock, Func<string, string> inFont, bool mono)
    {
        if (Console.IsInputRedirected || Console.IsOutputRedirected)
        {
            throw new TillException("The screens need a terminal. For scripts there are commands: bookmine-till --help lists them.");
        }
        using var guard = new TerminalGuard();
        Application.MaximumIterationsPerSecond = IterationsPerSecond;
        using var app = Application.Create();
        // On the bare Linux console the ansi driver does not know F1 to F5.
        app.Init(Environment.GetEnvironmentVariable("TERM") == "linux" ? "dotnet" : OperatingSystem.IsWindows() ? "windows" : "ansi");
        SwallowedKeys.GiveBackFrom(app.Driver!.GetInputProcessor());
        app.Driver.Force16Colors = true;
        using var screen = new PosScreen { InFont = inFont, Palette = mono ? Palette.Monochrome : Palette.Colours };
        using var rest = new LoopRest();
        await using var session = new PosSession(till, clock, rest.Wake, Leave);
        screen.Session = session;
        app.Iteration += (_, _) =>
        {
            if (!screen.Refresh(BusyFor))
            {
                rest.Wait();
            }
        };
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, LeaveOn);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, LeaveOn);
        session.Start();
        app.Run(screen);

        void Leave()
        {
            app.Invoke(screen.Leave);
            rest.Wake();
        }

        void LeaveOn(PosixSignalContext signal)
        {
            signal.Cancel = true;
            Leave();
        }
    }
}
