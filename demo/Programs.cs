using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Bookmine.Schema;

namespace Bookmine.Demo;

/// <summary>Runs the two programs as processes of their own, as a shop does.</summary>
internal sealed class Programs(string folder) : IDisposable
{
    private Process? server;

    public static string ServerProgram => Path.Combine(AppContext.BaseDirectory, "bookmine-server.dll");

    public static string TillProgram => Path.Combine(AppContext.BaseDirectory, "till", "bookmine-till.dll");

    public string ServerData => Path.Combine(folder, "server");

    public string Url { get; private set; } = "http://127.0.0.1:0";

    /// <summary>How far the programs' clocks are set back: the story's day.</summary>
    public TimeSpan Shift { get; set; }

    public string TillData(string till) => Path.Combine(folder, $"till-{till}");

    public async Task StartServerAsync()
    {
        server = Start(ServerProgram, ["serve", "--data", ServerData, "--urls", Url]);
        while (await server.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("listening on ", StringComparison.Ordinal))
            {
                Url = line["listening on ".Length..];
                return;
            }
        }
        throw new StoryException($"The server did not start: {await server.StandardError.ReadToEndAsync()}");
    }

    /// <summary>Ends the server as a power cut does.</summary>
    public void KillServer()
    {
        server!.Kill();
        server.WaitForExit();
        server.Dispose();
        server = null;
    }

    public Task<List<JsonElement>> ServerAsync(params string[] arguments) => RunAsync(ServerProgram, [.. arguments, "--data", ServerData, "--json"], null);

    public Task<List<JsonElement>> ServerWithAsync(string input, params string[] arguments) => RunAsync(ServerProgram, [.. arguments, "--data", ServerData, "--json"], input);

    public Task<List<JsonElement>> TillAsync(string till, string? input, params string[] arguments) =>
        RunAsync(TillProgram, [.. arguments, "--data", TillData(till), "--json"], input);

    /// <summary>What a program prints for people.</summary>
    public async Task<string> TextAsync(string till, params string[] arguments)
    {
        using var process = Start(TillProgram, [.. arguments, "--data", TillData(till)]);
        process.StandardInput.Close();
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return text;
    }

    public Process Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, StandardInputEncoding = new UTF8Encoding(false),
        };
        start.ArgumentList.Add(program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        start.Environment[ShopClock.Variable] = Shift.ToString();
        start.Environment["DOTNET_TieredPGO"] = "0";
        return Process.Start(start)!;
    }

    public void Dispose()
    {
        if (server is { HasExited: false })
        {
            server.Kill();
            server.WaitForExit();
        }
        server?.Dispose();
    }

    private async Task<List<JsonElement>> RunAsync(string program, IEnumerable<string> arguments, string? input)
    {
        using var process = Start(program, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input ?? "");
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        var lines = (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (process.ExitCode != 0 && lines.Length == 0)
        {
            throw new StoryException($"{Path.GetFileNameWithoutExtension(program)} {string.Join(' ', arguments)} failed: {await errors}");
        }
        return [.. lines.Select(l => JsonDocument.Parse(l).RootElement.Clone())];
    }
}

/// <summary>The story did not go as it should; the message says where.</summary>
internal sealed class StoryException(string message) : Exception(message);
