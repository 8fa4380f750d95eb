using System.Runtime.InteropServices;
using Terminal.Gui.App;
using Terminal.Gui.Input;

namespace Bookmine.TillClient.Screens;

/// <summary>Runs the POS screen on the terminal at hand.</summary>
internal static class PosProgram
{
    // As often as it is woken; what keeps it from turning is its wake.
    private const ushort IterationsPerSecond = 1_000;
    private static readonly TimeSpan BusyFor = TimeSpan.FromSeconds(3);

    /// <exception cref="TillException">There is no terminal, or the till's screen is open on another.</exception>
    public static async Task RunAsync(Till till, TimeProvider clock, TerminalKind terminal)
    {
        using var alone = TakeScreen(till);
        using var guard = new TerminalGuard();
        Application.MaximumIterationsPerSecond = IterationsPerSecond;
        using var app = Application.Create();
        var wake = new WakeSignal();
        wake.KeysWake = KeyReading.WaitIn(app, terminal.Driver, wake.Wake);
        app.Init(terminal.Driver);
        SwallowedKeys.GiveBackFrom(app.Driver!.GetInputProcessor());
        app.Driver.Force16Colors = true;
        using var screen = new PosScreen { InFont = terminal.InFont, Palette = terminal.Palette };
        await using var session = new PosSession(till, clock, wake.Wake, Leave);
        screen.Session = session;
        var amongKeys = true;
        app.Iteration += (_, _) =>
        {
            // What has woken it is to be drawn now.
            wake.Wait(amongKeys);
            amongKeys = screen.Refresh(BusyFor);
        };
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, LeaveOn);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, LeaveOn);
        session.Start();
        app.Run(screen);

        void Leave()
        {
            app.Invoke(screen.Leave);
            wake.Wake();
        }

        void LeaveOn(PosixSignalContext signal)
        {
            signal.Cancel = true;
            Leave();
        }
    }

    private static IDisposable TakeScreen(Till till)
    {
        if (Console.IsInputRedirected || Console.IsOutputRedirected)
        {
            throw new TillException("The screens need a terminal. For scripts there are commands: bookmine-till --help lists them.");
        }
        return till.TakeScreen() ?? throw new TillException(
            "This till's screen is open already, on another terminal of this machine. Leave it there first (F10); commands such as bookmine-till find go on beside it.");
    }
}
