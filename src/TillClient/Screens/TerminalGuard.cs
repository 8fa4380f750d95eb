using System.ComponentModel;
using System.Diagnostics;

namespace Bookmine.TillClient.Screens;

/// <summary>
/// Puts the terminal right when the program is killed and cannot do so itself: a shell that waits beside it until it is told that all ended well,
/// or until nobody is there to tell it.
/// </summary>
internal sealed class TerminalGuard : IDisposable
{
    // By then the terminal may be another job's, which TTOU would keep it from. Colours, mouse, pasting, cursor and the second screen, in the order in which a terminal's user would miss them (invisible-island.net/xterm/ctlseqs).
    private const string Script = """
        trap '' HUP INT TERM TTOU
        read -r ended || { stty sane; printf '\033[0m\033[?1000l\033[?1002l\033[?1003l\033[?1006l\033[?2004l\033[?25h\033[?1049l'; } </dev/tty >/dev/tty
        """;

    private readonly Process? shell;

    public TerminalGuard()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        try
        {
            // All three redirected: then the runtime does not take it for a program that wants the terminal, and leaves that as it is.
            shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true });
        }
        catch (Win32Exception)
        {
            // A machine without a shell sells all the same.
        }
    }

    public void Dispose()
    {
        try
        {
            shell?.StandardInput.WriteLine();
            shell?.StandardInput.Close();
        }
        catch (IOException)
        {
            // It is gone already.
        }
        shell?.Dispose();
    }
}
