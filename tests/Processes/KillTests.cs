using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Bookmine.Tests.Processes;

/// <summary>Tests that run real processes run by themselves.</summary>
[CollectionDefinition(nameof(ProcessesAlone), DisableParallelization = true)]
public sealed class ProcessesAlone;

/// <summary>The two programs as real processes, killed in the middle of things.</summary>
[Collection(nameof(ProcessesAlone))]
public sealed class KillTests : IDisposable
{
    private const int SalesInAFile = 60;

    /// <summary>Each takes three lives: a till's that sells, a till's that posts, the server's. BOOKMINE_KILLS asks for more rounds.</summary>
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("BOOKMINE_KILLS") ?? "12", CultureInfo.InvariantCulture);

    private readonly string folder = Directory.CreateTempSubdirectory("bookmine-kill-").FullName;
    private readonly List<Process> started = [];
    private string url = "http://127.0.0.1:0";

    [Fact]
    public async Task Server_and_till_killed_in_the_middle_of_posting_end_with_every_sale_on_the_server_once()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await ServerAsync("branch", "add", "--name", "High Street");
        var server = await ServeAsync();
        var code = JsonDocument.Parse(await ServerAsync("till", "enrol-code", "--branch", "1", "--name", "front")).RootElement.GetProperty("code").GetString()!;
        await TillAsync("enrol", "--server", url, "--code", code);
        var sales = Path.Combine(folder, "sales.jsonl");
        await File.WriteAllLinesAsync(sales, Enumerable.Repeat(
            """{"lines":[{"title":"A postcard","unit_price_cents":100}],"payments":[{"method":"cash","amount_cents":100}]}""", SalesInAFile));
        var printed = new List<string>();
        for (var i = 0; i < Rounds; i++)
        {
            string[] selling = ["sell", "--from", sales, .. random.Next(2) == 0 ? new[] { "--disconnected" } : []];
            var seller = Start("bookmine-till.dll", "till", selling);
            var told = seller.StandardOutput.ReadToEndAsync();
            await Task.Delay(random.Next(300, 1200));
            Kill(seller);
            printed.AddRange(Dockets(await told));
            var posting = Start("bookmine-till.dll", "till", "resync");
            await Task.Delay(random.Next(200, 900));
            Kill(posting);
            posting = Start("bookmine-till.dll", "till", "resync");
            await Task.Delay(random.Next(200, 900));
            Kill(server);
            await posting.WaitForExitAsync();
            server = await ServeAsync();
        }
        using var report = JsonDocument.Parse(await TillAsync("resync"));

        Assert.True(report.RootElement.GetProperty("agree").GetBoolean());
        Assert.Contains("\"unposted\":0,", await TillAsync("status", "--disconnected"), StringComparison.Ordinal);
        using var verified = JsonDocument.Parse(await TillAsync("journal", "verify"));
        Assert.True(verified.RootElement.GetProperty("sound").GetBoolean());
        var entries = verified.RootElement.GetProperty("entries").GetInt32();
        var exported = (await ServerAsync("sale", "export")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal((entries, entries, entries), (exported.Count, Distinct(exported, "trans_id"), Distinct(exported, "docket")));
        Assert.Empty(printed.Except(exported.Select(e => e.GetProperty("docket").GetString()!)));
        Assert.NotEmpty(printed);
        Assert.Contains("\"ok\":true", await ServerAsync("check"), StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper?.WriteLine($"{3 * Rounds} kills, {entries} sales, {printed.Count} of them printed before a kill");
    }

    /// <summary>The numbers that a killed program had told; its last line may be cut short.</summary>
    private static IEnumerable<string> Dockets(string output)
    {
        foreach (var line in output.Split('\n')[..^1])
        {
            using var json = JsonDocument.Parse(line);
            yield return json.RootElement.GetProperty("docket").GetString()!;
        }
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
        Directory.Delete(folder, recursive: true);
    }

    private static int Distinct(List<JsonElement> sales, string field) => sales.Select(s => s.GetProperty(field).ToString()).Distinct().Count();

    private static void Kill(Process process)
    {
        process.Kill();
        process.WaitForExit();
    }

    private async Task<Process> ServeAsync()
    {
        var process = Start("bookmine-server.dll", "server", "serve", "--urls", url);
        url = (await process.StandardOutput.ReadLineAsync())!.Replace("listening on ", "", StringComparison.Ordinal);
        return process;
    }

    private Task<string> ServerAsync(params string[] arguments) => RunAsync("bookmine-server.dll", "server", arguments);

    private Task<string> TillAsync(params string[] arguments) => RunAsync("bookmine-till.dll", "till", arguments);

    private async Task<string> RunAsync(string program, string data, string[] arguments)
    {
        var process = Start(program, data, arguments);
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, string.Create(CultureInfo.InvariantCulture, $"{program} {string.Join(' ', arguments)}: {process.ExitCode} {output}"));
        return output;
    }

    private Process Start(string program, string data, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, program), .. arguments, "--data", Path.Combine(folder, data), "--json"])
        {
            start.ArgumentList.Add(argument);
        }
        var process = Process.Start(start)!;
        started.Add(process);
        return process;
    }
}
