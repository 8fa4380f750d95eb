using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Bookmine.Tests.Support;

/// <summary>The two programs as real processes in a folder of their own, ended by their ids.</summary>
internal sealed class Programs : IDisposable
{
    private readonly List<Process> started = [];

    /// <summary>The till's program to test, such as a published one; else the one built beside the tests.</summary>
    private static readonly string? PublishedTill = System.Environment.GetEnvironmentVariable("BOOKMINE_TEST_TILL");

    public string Folder { get; } = Directory.CreateTempSubdirectory("bookmine-programs-").FullName;

    public string Url { get; private set; } = "http://127.0.0.1:0";

    /// <summary>Where the server's records lie; null for the embedded database.</summary>
    public string? Database { get; set; }

    /// <summary>The till's program as a shell calls it.</summary>
    public static string TillProgram => PublishedTill ?? $"dotnet {Path.Combine(AppContext.BaseDirectory, "till", "bookmine-till.dll")}";

    public string TillFolder => Path.Combine(Folder, "till");

    /// <summary>What the programs find in their environment besides.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    public async Task<Process> ServeAsync(params string[] options)
    {
        var process = Start(["dotnet", ServerProgram], "server", ["serve", "--urls", Url, .. options]);
        Url = (await process.StandardOutput.ReadLineAsync())!.Replace("listening on ", "", StringComparison.Ordinal);
        return process;
    }

    /// <summary>One of several hosts, with a folder of its own.</summary>
    public async Task<(Process Process, string Url)> ServeAsync(string host)
    {
        var process = Start(["dotnet", ServerProgram], host, "serve", "--urls", "http://127.0.0.1:0");
        var told = await process.StandardOutput.ReadLineAsync();
        return (process, told!.Replace("listening on ", "", StringComparison.Ordinal));
    }

    public async Task EnrolAsync(string name)
    {
        using var code = JsonDocument.Parse(await ServerAsync("till", "enrol-code", "--branch", "1", "--name", name));
        await TillAsync("enrol", "--server", Url, "--code", code.RootElement.GetProperty("code").GetString()!);
    }

    public Task<string> ServerAsync(params string[] arguments) => RunAsync(["dotnet", ServerProgram], "server", arguments, null);

    public Task<string> ServerWithAsync(string input, params string[] arguments) => RunAsync(["dotnet", ServerProgram], "server", arguments, input);

    public Task<string> TillAsync(params string[] arguments) => RunAsync(TillProgram.Split(' '), "till", arguments, null);

    public Process StartTill(params string[] arguments) => Start(TillProgram.Split(' '), "till", arguments);

    public static void Kill(Process process)
    {
        process.Kill();
        process.WaitForExit();
    }

    public void Dispose()
    {
        foreach (var process in started)
        {
            if (!process.HasExited)
            {
                Kill(process);
            }
            process.Dispose();
        }
        if (File.Exists(Path.Combine(TillFolder, "last-fault")))
        {
            TestContext.Current.TestOutputHelper?.WriteLine(File.ReadAllText(Path.Combine(TillFolder, "last-fault")));
        }
        Directory.Delete(Folder, recursive: true);
    }

    private static string ServerProgram => Path.Combine(AppContext.BaseDirectory, "bookmine-server.dll");

    private async Task<string> RunAsync(string[] program, string data, string[] arguments, string? input)
    {
        var process = Start(program, data, arguments);
        await process.StandardInput.WriteAsync(input ?? "");
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, string.Create(CultureInfo.InvariantCulture, $"{program[^1]} {string.Join(' ', arguments)}: {process.ExitCode} {output}"));
        return output;
    }

    private Process Start(string[] program, string data, params string[] arguments)
    {
        var start = new ProcessStartInfo(program[0], [.. program[1..], .. arguments, "--data", Path.Combine(Folder, data), "--json"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, Environment = { ["BOOKMINE_DB"] = Database },
        };
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }
        var process = Process.Start(start)!;
        started.Add(process);
        return process;
    }
}
