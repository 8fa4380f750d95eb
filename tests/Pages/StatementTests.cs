using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using Bookmine.Schema;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.Tests.Support;
using Bookmine.TillClient.Selling;

namespace Bookmine.Tests.Pages;

/// <summary>
/// How many statements a page and a list of the API ask the database: as many in a shop of much as in one of little, because over a network each one is a
/// journey. Counted where the driver sends them.
/// </summary>
public sealed class StatementTests
{
    private const string Password = "correct horse battery";

    /// <summary>What a page may ask that is not of its own: who is signed in, the branches, what is to be seen to.</summary>
    private const int MostOfAPage = 40;

    [Fact]
    public async Task A_page_asks_the_database_no_more_often_in_a_shop_of_much_than_in_one_of_little()
    {
        await using var shop = await Shop.OpenAsync(engine: Engine.Postgres);
        shop.Get<Persons>().Add(Actor.AtTheMachine(), "Alice", Password, Person.Admin, []);
        var key = shop.Get<ApiKeys>().Add(Actor.AtTheMachine(), "all", [.. ApiKeys.Scopes], null);
        await shop.EnrolAsync("front");
        await GrowAsync(shop, 2);
        using var seen = new Statements(shop.DatabaseName);
        using var http = await SignedInAsync(shop);
        using var program = new HttpClient { BaseAddress = new Uri(shop.Url) };
        program.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        var (pages, lists) = (Paths(shop), (string[])[.. new[] { "transactions", "stock", "on_hand", "contacts", "tills", "findings", "dropped", "imports" }.Select(l => "/api/v1/" + l)]);
        // What is asked once in a connection's life is asked before anything is counted.
        await CountAsync(seen, http, pages);
        await CountAsync(seen, program, lists);
        var (little, littleOfLists) = (await CountAsync(seen, http, pages), await CountAsync(seen, program, lists));

        for (var i = 0; i < 6; i++)
        {
            await shop.EnrolAsync($"till-{i}");
        }
        shop.AddTitles(120);
        await GrowAsync(shop, 60);
        var (much, muchOfLists) = (await CountAsync(seen, http, pages), await CountAsync(seen, program, lists));

        Assert.Empty(little.Where(l => l.Count < 1 || much.Single(m => m.Path == l.Path).Count > l.Count)
            .Select(l => $"{l.Path}: {l.Count} in a shop of little, {much.Single(m => m.Path == l.Path).Count} in one of much"));
        Assert.Empty(much.Where(m => m.Count > MostOfAPage).Select(m => $"{m.Path}: {m.Count}"));
        Assert.Empty(littleOfLists.Where(l => l.Count < 1 || muchOfLists.Single(m => m.Path == l.Path).Count > l.Count)
            .Select(l => $"{l.Path}: {l.Count} in a shop of little, {muchOfLists.Single(m => m.Path == l.Path).Count} in one of much"));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', much.Concat(muchOfLists).Select(m => $"{m.Count,4} {m.Path}")));
    }

    private static async Task GrowAsync(Shop shop, int sales)
    {
        using var till = shop.OpenTill("front", true);
        for (var i = 0; i < sales; i++)
        {
            await till.SellAsync(Sales.Of(Sales.Lighthouse) with { ContactId = Shop.Rosa, Lines = [.. Enumerable.Range(0, 3).Select(_ => new LineDraft { Isbn = Sales.Maps, UnitPriceCents = 500 })],
                Payments = [new PaymentDraft { Method = "cash", AmountCents = 1500 }] });
            await till.EditStockAsync(new StockDraft { Isbn = Sales.Garden, Title = $"A Winter Garden {i}", Operator = "ada" });
            await till.EmailAsync(new EmailDraft { ContactId = Shop.Rosa, Subject = "Your order", Body = "It is here." });
            await till.NewContactAsync(new ContactDraft { Name = $"Reader {Guid.NewGuid():n}", Phone = "0200" });
            await till.NoteAsync(TillEvents.NoSale, "change", 0, "ada");
            await till.RefundAsync($"D{(100_001 + i).ToString(CultureInfo.InvariantCulture)}", new RefundDraft { Lines = [new RefundLineDraft(1)] });
            await till.SellVoucherAsync(new VoucherDraft { AmountCents = 1000, Payments = [new PaymentDraft { Method = "cash", AmountCents = 1000 }] });
        }
        await shop.ResyncAsync("front");
    }

    private static string[] Paths(Shop shop) =>
    [
        "/", "/attention", "/attention/dropped", "/attention/quarantine", "/attention/duplicates", "/attention/resyncs", "/sales", "/sales?q=rosa",
        "/sales/D100001", "/sales/reports", "/sales/reports?by=category", "/sales/owed", "/sales/days", "/sales/accounts", "/stock",
        $"/stock/{shop.Database.Reading(s => StockRecords.Find(s, Sales.Maps))[0].StockId}", "/stock/best", "/stock/negative", "/stock/unsold", "/stock/import",
        "/contacts", $"/contacts/{Shop.Rosa}", "/shop", "/shop/tills/1", "/shop/branches", "/shop/operators", "/shop/people", "/shop/events", "/shop/audit",
        "/find?q=rosa",
    ];

    private static async Task<List<(string Path, int Count)>> CountAsync(Statements seen, HttpClient http, string[] paths)
    {
        var counts = new List<(string, int)>();
        foreach (var path in paths)
        {
            var trace = ActivityTraceId.CreateRandom();
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
            request.Headers.Accept.ParseAdd("text/html, application/json");
            using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode}");
            counts.Add((path, seen.Of(trace)));
        }
        return counts;
    }

    private static async Task<HttpClient> SignedInAsync(Shop shop)
    {
        var http = new HttpClient { BaseAddress = new Uri(shop.Url) };
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["name"] = "Alice", ["password"] = Password });
        (await http.PostAsync("/sign-in", form, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        return http;
    }

    /// <summary>The statements that PostgreSQL's driver sends, by the request that they are sent for.</summary>
    private sealed class Statements : IDisposable
    {
        private readonly ConcurrentDictionary<ActivityTraceId, int> counts = [];
        private readonly ActivityListener listener;

        public Statements(string database)
        {
            listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name is "Npgsql" or "Microsoft.AspNetCore",
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
                ActivityStopped = activity =>
                {
                    if (activity.Source.Name == "Npgsql" && activity.TagObjects.Any(t => t.Value is string text && database.Contains(text, StringComparison.Ordinal) && text.Length > 8))
                    {
                        counts.AddOrUpdate(activity.TraceId, 1, (_, count) => count + 1);
                    }
                },
            };
            ActivitySource.AddActivityListener(listener);
        }

        public int Of(ActivityTraceId trace) => counts.GetValueOrDefault(trace);

        public void Dispose() => listener.Dispose();
    }
}
