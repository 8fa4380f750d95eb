using System.Globalization;
using System.Text.Json;
using Bookmine.Tests.Support;

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

    private readonly Programs programs = new();

    [Fact]
    public async Task Server_and_till_killed_in_the_middle_of_posting_end_with_every_sale_on_the_server_once()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await programs.ServerAsync("branch", "add", "--name", "High Street");
        var server = await programs.ServeAsync();
        await programs.EnrolAsync("front");
        var sales = Path.Combine(programs.Folder, "sales.jsonl");
        await File.WriteAllLinesAsync(sales, Enumerable.Repeat(
            """{"lines":[{"title":"A postcard","unit_price_cents":100}],"payments":[{"method":"cash","amount_cents":100}]}""", SalesInAFile));
        var printed = new List<string>();
        for (var i = 0; i < Rounds; i++)
        {
            string[] selling = ["sell", "--from", sales, .. random.Next(2) == 0 ? new[] { "--disconnected" } : []];
            var seller = programs.StartTill(selling);
            var told = seller.StandardOutput.ReadToEndAsync();
            await Task.Delay(random.Next(300, 1200));
            Programs.Kill(seller);
            printed.AddRange(Dockets(await told));
            var posting = programs.StartTill("resync");
            await Task.Delay(random.Next(200, 900));
            Programs.Kill(posting);
            posting = programs.StartTill("resync");
            await Task.Delay(random.Next(200, 900));
            Programs.Kill(server);
            await posting.WaitForExitAsync();
            server = await programs.ServeAsync();
        }
        using var report = JsonDocument.Parse(await programs.TillAsync("resync"));

        Assert.True(report.RootElement.GetProperty("agree").GetBoolean());
        Assert.Contains("\"unposted\":0,", await programs.TillAsync("status", "--disconnected"), StringComparison.Ordinal);
        using var verified = JsonDocument.Parse(await programs.TillAsync("journal", "verify"));
        Assert.True(verified.RootElement.GetProperty("sound").GetBoolean());
        var entries = verified.RootElement.GetProperty("entries").GetInt32();
        var exported = (await programs.ServerAsync("sale", "export")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal((entries, entries, entries), (exported.Count, Distinct(exported, "trans_id"), Distinct(exported, "docket")));
        Assert.Empty(printed.Except(exported.Select(e => e.GetProperty("docket").GetString()!)));
        Assert.NotEmpty(printed);
        Assert.Contains("\"ok\":true", await programs.ServerAsync("check"), StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper?.WriteLine($"{3 * Rounds} kills, {entries} sales, {printed.Count} of them printed before a kill");
    }

    /// <summary>The numbers that a killed program had told; its last line may be cut short.</summary>
    [Fact]
    public async Task A_server_killed_in_the_middle_of_an_import_goes_on_with_it_when_it_is_started_again()
    {
        const int rows = 20_000;
        await programs.ServerAsync("branch", "add", "--name", "High Street");
        var server = await programs.ServeAsync();
        using var key = JsonDocument.Parse(await programs.ServerAsync("api-key", "add", "--name", "web", "--scope", "stock:read", "--scope", "stock:write"));
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", key.RootElement.GetProperty("key").GetString());
        async Task<JsonElement> ImportAsync() => JsonDocument.Parse(await http.GetStringAsync(programs.Url + "/api/v1/imports/1")).RootElement;
        var text = "code,title,price,qty\n" + string.Concat(Enumerable.Range(1, rows).Select(i => $"c{i},Title {i},9.00,2\n"));
        using var request = new HttpRequestMessage(HttpMethod.Post, programs.Url + "/api/v1/imports?kind=stock&branch=1&name=all.csv")
        {
            Content = new StringContent(text, null, "text/csv"), Headers = { { "Idempotency-Key", "all" } },
        };
        Assert.Equal(System.Net.HttpStatusCode.Accepted, (await http.SendAsync(request)).StatusCode);
        long done;
        while ((done = (await ImportAsync()).GetProperty("done").GetInt64()) == 0)
        {
            await Task.Delay(5);
        }
        Programs.Kill(server);
        Assert.InRange(done, 1, rows - 1);

        await programs.ServeAsync();
        JsonElement state;
        for (var i = 0; (state = await ImportAsync()).GetProperty("state").GetString() != "done"; i++)
        {
            Assert.True(i < 600, state.ToString());
            await Task.Delay(100);
        }
        Assert.Equal((rows, rows, 0), (state.GetProperty("done").GetInt32(), state.GetProperty("new").GetInt32(), state.GetProperty("rejected").GetInt32()));
        // What has changed meanwhile comes again.
        var stock = new Dictionary<string, long>();
        for (var next = ""; ;)
        {
            using var page = JsonDocument.Parse(await http.GetStringAsync($"{programs.Url}/api/v1/on_hand?limit=1000{next}"));
            var items = page.RootElement.GetProperty("items").EnumerateArray().ToList();
            items.ForEach(i => stock[i.GetProperty("stock_id").GetString()!] = i.GetProperty("on_hand").GetInt64());
            next = "&after=" + page.RootElement.GetProperty("next").GetString();
            if (!page.RootElement.GetProperty("more").GetBoolean())
            {
                break;
            }
        }
        Assert.Equal((rows, 2L * rows), (stock.Count, stock.Values.Sum()));
        Assert.Contains("\"ok\":true", await programs.ServerAsync("check"), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Dockets(string output)
    {
        foreach (var line in output.Split('\n')[..^1])
        {
            using var json = JsonDocument.Parse(line);
            yield return json.RootElement.GetProperty("docket").GetString()!;
        }
    }

    public void Dispose() => programs.Dispose();

    private static int Distinct(List<JsonElement> sales, string field) => sales.Select(s => s.GetProperty(field).ToString()).Distinct().Count();
}
