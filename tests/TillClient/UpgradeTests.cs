using Bookmine.Sync.Data;
using Bookmine.Sync.Files;
using Bookmine.Sync.Replica;
using Bookmine.Tests.Support;
using Bookmine.TillClient.Finding;

namespace Bookmine.Tests.TillClient;

/// <summary>A till whose program was replaced in the middle of a day without the server.</summary>
public sealed class UpgradeTests
{
    // Written by the till of version 1.5.0, killed at a payment and beside one; the ids are put in.
    private const string AtAPayment = """
        {"sales":[{"is_rung_up":false,"started_at":"2026-11-01T08:52:45.630Z","contact_id":null,"note":null,"payments":[],"lines":[{"stock_id":"GARDEN","qty":1,"price_cents":1250,"discount":{"percent":0,"cents":0}}],"whole_discount":{"percent":0,"cents":0}},{"is_rung_up":true,"started_at":"2026-11-01T08:52:47.704Z","contact_id":null,"note":"for the vicar","payments":[{"method":"card","amount_cents":1000,"change":false,"taken_at":null,"voucher":null}],"lines":[{"stock_id":"LIGHTHOUSE","qty":2,"price_cents":1795,"discount":{"percent":0,"cents":0}}],"whole_discount":{"percent":0,"cents":0}}],"waiting":[],"unsealed":null,"dropped":[],"after":1}
        """;

    private const string BesideASale = """
        {"sales":[{"is_rung_up":false,"started_at":"2026-11-01T08:52:45.630Z","contact_id":null,"note":null,"payments":[],"lines":[{"stock_id":"GARDEN","qty":1,"price_cents":1250,"discount":{"percent":0,"cents":0}}],"whole_discount":{"percent":0,"cents":0}}],"waiting":["9780000000026"],"unsealed":{"text":"10.00 card of 25.00 for gift voucher of 25.00","cents":1000,"after":2,"is_on_record":false},"dropped":[],"after":2}
        """;

    // Version 1.0 kept the sales alone.
    private const string OfTheFirst = """
        [{"is_rung_up":true,"started_at":"2026-11-01T08:52:47.704Z","contact_id":null,"note":null,"payments":[],"lines":[{"stock_id":"LIGHTHOUSE","qty":2,"price_cents":1795,"discount":{"percent":10,"cents":0}}]}]
        """;

    [Fact]
    public async Task A_sale_that_the_version_before_left_at_its_payment_is_paid_and_its_held_one_taken_up()
    {
        await using var pos = await TakenUpAsync(AtAPayment);
        Assert.StartsWith("Pay 25.90", pos.Session.Picture.Prompt, StringComparison.Ordinal);
        Assert.Contains("TOTAL 35.90   paid 10.00   STILL 25.90", pos.Session.Picture.Total, StringComparison.Ordinal);
        Assert.Contains("D100001  35.90", (await pos.TypeAsync("card")).Message, StringComparison.Ordinal);
        var docket = string.Join('\n', (await pos.TypeAsync("/docket")).Body);
        Assert.Contains("for the vicar", docket, StringComparison.Ordinal);
        Assert.Contains("1 copy   TOTAL 12.50", (await pos.TypeAsync("/hold")).Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Money_that_the_version_before_took_beside_a_sale_is_told_and_what_waited_is_rung_up()
    {
        await using var pos = await TakenUpAsync(BesideASale);
        Assert.StartsWith("10.00 card of 25.00 for gift voucher of 25.00: taken, and not sealed", pos.Session.Picture.Message, StringComparison.Ordinal);
        Assert.Contains("1 held   1 copy   TOTAL 12.50", pos.Session.Picture.Total, StringComparison.Ordinal);
        // Nobody has entered anything since: it is told again, beside what is rung up.
        await pos.BeginAgainAsync();
        Assert.StartsWith("10.00 card of 25.00 for gift voucher of 25.00: taken, and not sealed", pos.Session.Picture.Message, StringComparison.Ordinal);
        Assert.Contains("1 held   1 copy   TOTAL 12.50", pos.Session.Picture.Total, StringComparison.Ordinal);
        await pos.TypeAsync("/clear");
        await pos.Shop.ResyncAsync("front");
        Assert.Equal(1_000, pos.Shop.Number("SELECT amount_cents FROM till_event WHERE kind = 'money unsealed'"));
    }

    [Fact]
    public async Task A_sale_that_the_first_version_left_open_is_here()
    {
        await using var pos = await TakenUpAsync(OfTheFirst);
        Assert.Contains("2 copies   TOTAL 32.31", pos.Session.Picture.Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replica_of_the_version_before_sells_until_the_server_is_at_hand_and_is_fetched_afresh_then()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        var files = Disk.Files;
        var replicas = new ReplicaFolder(files, shop.TillFolder("front"));
        var before = replicas.Current!;
        using (var replica = new Session(files.OpenDatabase(before)))
        {
            // As the tables were before cash was rounded, and before there were emails to send.
            replica.Script("""
                ALTER TABLE branch DROP COLUMN cash_rounding; ALTER TABLE branch DROP COLUMN category_rates; ALTER TABLE document DROP COLUMN tax_rule;
                ALTER TABLE stock_movement DROP COLUMN clock_ahead; DROP TABLE email; UPDATE sync_replica SET value = '4' WHERE name = 'schema';
                """);
        }
        using (var till = shop.OpenTill("front", disconnected: true))
        {
            Assert.Null((await till.SellAsync(Sales.Of(Sales.Lighthouse))).Outcome.Refused);
            Assert.Single(await till.FindAsync("D100001"));
            Assert.Single(await till.FindAsync("lighthouse"));
        }
        await shop.ResyncAsync("front");
        Assert.NotEqual(before, replicas.Current);
        Assert.Equal(1, shop.Number("SELECT count(*) FROM document"));
        Assert.Empty(shop.BookFaults());
    }

    private static async Task<Counter> TakenUpAsync(string kept)
    {
        var pos = await Counter.OpenAsync();
        var (lighthouse, garden) = (await IdOfAsync(Sales.Lighthouse), await IdOfAsync(Sales.Garden));
        var text = kept.Replace("LIGHTHOUSE", lighthouse, StringComparison.Ordinal).Replace("GARDEN", garden, StringComparison.Ordinal);
        await pos.BeginAgainAsync(() => File.WriteAllText(Path.Combine(pos.Shop.TillFolder("front"), "open-sales.json"), text), atOnce: true);
        return pos;

        async Task<string> IdOfAsync(string isbn)
        {
            using var till = pos.Shop.OpenTill("front", disconnected: true);
            return ((FoundStock)(await till.FindAsync(isbn))[0]).StockId.ToString();
        }
    }
}
