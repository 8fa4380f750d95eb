using System.ComponentModel;
using System.Diagnostics;

namespace Bookmine.Tests.Support;

/// <summary>A real terminal of 80 by 25, typed into and read by tmux, with a shell of its own.</summary>
internal sealed class Tmux : IDisposable
{
    private readonly string socket = $"bookmine-{Path.GetRandomFileName()}";

    /// <param name="environment">Set for the shell, such as TERM.</param>
    public Tmux(params (string Name, string Value)[] environment)
    {
        string[] variables = [.. environment.SelectMany(e => (string[])["-e", $"{e.Name}={e.Value}"])];
        Run(["new-session", "-d", "-x", "80", "-y", "25", .. variables, "sh"]);
        // What the server sets for its panes wins over -e for TERM.
        foreach (var (name, value) in environment)
        {
            Line($"export {name}={value}");
        }
        Line($"PS1='{Prompt} '; clear");
    }

    /// <summary>What the shell shows when no program runs.</summary>
    public const string Prompt = "READY>";

    /// <summary>Whether this machine has tmux.</summary>
    public static bool IsHere { get; } = Exists();

    /// <summary>Types characters as they are.</summary>
    public void Type(string text) => Run(["send-keys", "-l", text]);

    /// <summary>Types a line, ended by Enter.</summary>
    public void Line(string text)
    {
        if (text.Length > 0)
        {
            Type(text);
        }
        Key("Enter");
    }

    /// <summary>Presses a key: Enter, Escape, F12, Down.</summary>
    public void Key(string name) => Run(["send-keys", name]);

    /// <summary>Esc, and what it leads back to.</summary>
    public Task<string> EscapeAsync()
    {
        Key("Escape");
        return UntilAsync("Find: _");
    }

    /// <summary>Sends bytes as a keyboard of another kind does.</summary>
    public void Bytes(params byte[] bytes) => Run(["send-keys", "-H", .. bytes.Select(b => b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture))]);

    public void Resize(int columns, int rows) => Run(["resize-window", "-x", $"{columns}", "-y", $"{rows}"]);

    /// <summary>The screen as text.</summary>
    public string Screen() => Run(["capture-pane", "-p"]);

    /// <summary>The screen as text with what sets its colours.</summary>
    public string Coloured() => Run(["capture-pane", "-p", "-e"]);

    /// <summary>The process that the shell runs; null when it runs none.</summary>
    public int? Program()
    {
        var shell = Run(["display-message", "-p", "#{pane_pid}"]).Trim();
        using var children = Process.Start(new ProcessStartInfo("pgrep", ["-P", shell]) { RedirectStandardOutput = true })!;
        return int.TryParse(children.StandardOutput.ReadToEnd().Split('\n')[0], System.Globalization.CultureInfo.InvariantCulture, out var id) ? id : null;
    }

    /// <summary>Waits until the shell runs nothing any more.</summary>
    public async Task EndedAsync()
    {
        const int mostRounds = 600;
        for (var i = 0; Program() is not null; i++)
        {
            if (i == mostRounds)
            {
                throw new TimeoutException($"The program does not end. The screen:\n{Screen()}");
            }
            await Task.Delay(50);
        }
    }

    /// <summary>Waits until the screen shows all of some texts.</summary>
    public async Task<string> UntilAsync(params string[] texts)
    {
        const int mostSeconds = 30;
        var began = Stopwatch.StartNew();
        while (true)
        {
            var screen = Screen();
            if (texts.All(t => screen.Contains(t, StringComparison.Ordinal)))
            {
                return screen;
            }
            if (began.Elapsed.TotalSeconds > mostSeconds)
            {
                throw new TimeoutException($"“{string.Join("”, “", texts)}” did not appear within {mostSeconds} s. The screen:\n{screen}");
            }
            await Task.Delay(30);
        }
    }

    /// <summary>The line is lost, as when SSH breaks: the terminal is gone.</summary>
    public void Dispose() => Run(["kill-server"]);

    private static bool Exists()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("tmux", ["-V"]) { RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private string Run(string[] arguments)
    {
        var start = new ProcessStartInfo("tmux", ["-u", "-f", "/dev/null", "-L", socket, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // Tests of the screen without a terminal set it for their own process.
        start.Environment.Remove("DisableRealDriverIO");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
