using Bookmine.Schema;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Tills;
using Bookmine.Tests.Support;
using Bookmine.TillClient.Selling;

namespace Bookmine.Tests.Pages;

/// <summary>
/// The pictures of the documents: <c>BOOKMINE_PICTURES=$PWD/docs/pictures dotnet test --project tests/Tests.csproj --filter FullyQualifiedName~Pictures</c>.
/// </summary>
public sealed class Pictures(Browser browser) : IClassFixture<Browser>
{
    private const string Password = "four plain old words";
    private static readonly string[] Operators = ["Ada", "Ben", "Cleo"];

    [Fact]
    public async Task The_documents_have_pictures_of_a_day_in_a_shop()
    {
        var folder = Environment.GetEnvironmentVariable("BOOKMINE_PICTURES");
        Assert.SkipWhen(folder is null, "makes pictures where BOOKMINE_PICTURES names a folder");
        await using var shop = await Shop.OpenAsync("Europe/London");
        foreach (var (till, branch) in new[] { ("front", 1L), ("back", 1L), ("cellar", 1L), ("pier", 2L) })
        {
            await shop.EnrolAsync(till, branch);
        }
        await DayAsync(shop, 5);
        await DayAsync(shop, 0);
        shop.Get<Persons>().Add(Actor.AtTheMachine(), "Mara", Password, Person.Manager, [1]);
        Directory.CreateDirectory(folder!);
        foreach (var (name, path, isPhone, isDark) in new[]
        {
            ("today", "/", false, false), ("attention", "/attention", false, false), ("reports", "/sales/reports?by=hour", false, false),
            ("phone", "/", true, true), ("accounts", "/sales/accounts", false, false), ("import", "/stock/import", false, false),
        })
        {
            await using var window = await browser.OpenAsync(shop.Url, isPhone, isDark);
            await window.SignInAsync("Mara", Password);
            await window.GoAsync(path);
            await window.Page.EvaluateAsync("() => document.activeElement?.blur()");
            if (name == "import")
            {
                var file = Path.Combine(Path.GetTempPath(), "delivery.csv");
                await File.WriteAllTextAsync(
                    file, "ISBN;Titel;Autor;Worth;Qty\n9780000000040;Rivers;Ines Calder;£9.00;3\n978000000001X;Hills;Ada Marsh;£8.50;1\n9780000000019;The Lighthouse Keeper;Ada Marsh;£18.95;2\n");
                await window.ChooseAsync("#file", file, "has no column title");
                await window.Page.GetByLabel("Titel").SelectOptionAsync("title");
                await window.SaysAsync("looks like one that prices items");
                await window.Page.GetByLabel("Autor").SelectOptionAsync("authors");
                await window.Page.GetByLabel("Worth").SelectOptionAsync("price");
                await window.SaysAsync("is not an ISBN");
                await window.Page.EvaluateAsync("() => document.querySelector('h1').scrollIntoView()");
            }
            await Task.Delay(800);
            await window.Page.ScreenshotAsync(new() { Path = Path.Combine(folder!, name + ".png") });
        }
    }

    [Fact]
    public async Task The_documents_have_a_picture_of_thirty_tills_of_which_three_are_in_trouble()
    {
        var folder = Environment.GetEnvironmentVariable("BOOKMINE_PICTURES");
        Assert.SkipWhen(folder is null, "makes pictures where BOOKMINE_PICTURES names a folder");
        await using var shop = await Shop.OpenAsync("Europe/London");
        foreach (var n in Enumerable.Range(0, 30))
        {
            await shop.EnrolAsync($"{(n % 2 == 0 ? "front" : "pier")} {(n / 2) + 1}", (n % 2) + 1);
        }
        var now = shop.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        Told(shop, "front 4", now - (3 * 86_400_000), 41, new TillReport(81_240, now - (4 * 86_400_000), now, 990, null));
        Told(shop, "pier 9", now, 0, new TillReport(0, null, now, 990, "3 slips wait for the printer: it has no paper"));
        Told(shop, "pier 2", now, 3, new TillReport(4_385, now - 7_200_000, now, 990, "the disk of this till failed; it sells no more"));
        shop.Get<Persons>().Add(Actor.AtTheMachine(), "Ines", Password, Person.Admin, []);
        Directory.CreateDirectory(folder!);
        // So many tries from one machine are let in again after a minute.
        await Task.Delay(TimeSpan.FromSeconds(61));
        await using var window = await browser.OpenAsync(shop.Url);
        await window.SignInAsync("Ines", Password);
        await window.GoAsync("/shop");
        await window.SaysAsync("front 15");
        await window.Page.EvaluateAsync("() => document.activeElement?.blur()");
        await Task.Delay(800);
        await window.Page.ScreenshotAsync(new() { Path = Path.Combine(folder!, "tills.png") });
    }

    private static void Told(Shop shop, string till, long at, long unposted, TillReport report) =>
        shop.Write("UPDATE till SET seen_at = @at, unposted = @unposted, report = @report WHERE name = @name", at, unposted, report.ToText(), till);

    /// <summary>Sales from nine to half past four, one till without the server until the afternoon.</summary>
    private static async Task DayAsync(Shop shop, int fewer)
    {
        var chance = new Random(7 + fewer);
        shop.Clock.SetUtcNow(new DateTimeOffset(shop.Clock.GetUtcNow().Date, TimeSpan.Zero).AddDays(7).AddHours(9));
        for (var quarter = 0; quarter < 30; quarter++)
        {
            foreach (var name in new[] { "front", "back", "cellar" }.Where(_ => chance.Next(10) > 2 + (fewer / 3)))
            {
                using var till = shop.OpenTill(name, true);
                await till.SellAsync(Sales.Of(chance.Next(3) switch { 0 => Sales.Lighthouse, 1 => Sales.Garden, _ => Sales.Maps },
                    chance.Next(1, 4), chance.Next(8, 30) * 100) with { Operator = Operators[chance.Next(3)] });
            }
            foreach (var name in new[] { "front", "back" })
            {
                await shop.ResyncAsync(name);
            }
            if (quarter == 24)
            {
                await shop.ResyncAsync("cellar");
            }
            shop.Clock.Advance(TimeSpan.FromMinutes(15));
        }
        using (var front = shop.OpenTill("front", true))
        {
            await front.EditStockAsync(new StockDraft { Isbn = Sales.Garden, Title = "A Winter Garden, revised", Operator = "Ada" });
            await front.NoteAsync(TillEvents.ZReading, $"Z READING\n{DrawerSlip.Expected}   412.50\n{DrawerSlip.Counted}   412.00\nSHORT   0.50", -50, "Ada");
        }
        await shop.ResyncAsync("front");
    }
}
