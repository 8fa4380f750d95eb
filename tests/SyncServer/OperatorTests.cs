using Bookmine.Schema;
using Bookmine.SyncServer;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.SyncServer;

/// <summary>Who works at the tills: where a PIN is known, what is taken back and given again, and that each deed is on record.</summary>
public abstract class OperatorTests(Engine engine) : ServerSuite(engine)
{
    private static readonly Actor Admin = new("test", "verb", null);

    [Fact]
    public async Task A_branch_is_set_whole_or_not_at_all_and_wants_no_supervisor_whom_it_has_not()
    {
        await using var shop = await OpenShopAsync();
        var (branches, actor) = (new Branches(shop.Database, shop.Clock), Actor.AtTheMachine());

        Assert.Contains("no supervisor", Assert.Throws<ShopException>(() =>
            branches.Set(actor, 1, new BranchChange("Head", "8.1", "EUR", "refund"))).Message, StringComparison.Ordinal);
        Assert.Throws<ShopException>(() => branches.Set(actor, 1, new BranchChange(TaxRate: "101")));
        Assert.Contains("exactly", Assert.Throws<ShopException>(() => branches.Set(actor, 1, new BranchChange(TaxRate: "9.975"))).Message,
            StringComparison.Ordinal);
        Assert.Throws<ShopException>(() => branches.Set(actor, 1, new BranchChange(Supervised: "nonsense")));
        Assert.Throws<ShopException>(() => branches.Set(actor, 99, new BranchChange("Head")));
        Assert.Throws<ShopException>(() => branches.Add(actor, " ", "UTC"));
        Assert.Throws<ShopException>(() => branches.Add(actor, "Third", "Nowhere/None"));
        Assert.Equal(2, shop.Number("SELECT count(*) FROM branch"));
        Assert.NotEqual("Head", shop.Database.Reading(s => Branches.Require(s, 1)).Header);

        branches.Set(actor, 1, new BranchChange("Head", "8,1"));

        var set = shop.Database.Reading(s => Branches.Require(s, 1));
        Assert.Equal(("Head", 8.1m), (set.Header, set.TaxRate));
        Assert.Contains("header, tax rate 8.1 %", shop.Texts("SELECT coalesce(detail, '') FROM audit WHERE deed = 'branch set' AND done = 1"));
    }

    [Fact]
    public async Task The_hash_of_a_PIN_reaches_the_tills_of_her_branches_and_no_others()
    {
        await using var shop = await OpenShopAsync();
        var operators = shop.Get<Operators>();
        operators.Add(Admin, "ada", "1234", OperatorRoles.Cashier, [1]);
        operators.Add(Admin, "mara", "5678", OperatorRoles.Supervisor, null);
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("harbour", branch: 2);

        var (front, harbour) = (shop.OpenTill("front", true).Records, shop.OpenTill("harbour", true).Records);
        Assert.Equal(["ada", "mara"], front.Operators());
        Assert.Equal(["mara"], harbour.Operators());
        Assert.True(front.IsPinOf("ada", "1234"));
        Assert.False(harbour.IsPinOf("ada", "1234"));
        Assert.True(harbour.IsSupervisor("mara"));
        Assert.Equal(["", ""], shop.Texts("SELECT pin_hash FROM operator"));
        // What is on the disk of the till of the other branch.
        await shop.StopServerAsync();
        var hash = string.Concat(Directory.GetFiles(shop.TillFolder("harbour"), "*", SearchOption.AllDirectories).Select(
            f => System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(f))));
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(hash, "pbkdf2-sha256:[0-9]+:[0-9a-f]+").Select(m => m.Value).Distinct());
        await shop.StartServerAsync();
    }

    [Fact]
    public async Task A_name_is_nobodys_twice_and_what_was_disabled_is_enabled_again()
    {
        await using var shop = await OpenShopAsync();
        var operators = shop.Get<Operators>();
        operators.Add(Admin, "Ada", "1234", OperatorRoles.Cashier, null);
        operators.Disable(Admin, "ada");

        Assert.Contains("operator enable", Assert.Throws<ShopException>(
            () => operators.Add(Admin, "ADA", "9999", OperatorRoles.Cashier, null)).Message, StringComparison.Ordinal);
        operators.Enable(Admin, "Ada");
        operators.Rename(Admin, "Ada", "Ada Marsh");
        operators.SetPin(Admin, "Ada Marsh", "4321");
        operators.SetRole(Admin, "Ada Marsh", OperatorRoles.Supervisor);

        await shop.EnrolAsync("front");
        var records = shop.OpenTill("front", true).Records;
        Assert.Equal(["Ada Marsh"], records.Operators());
        Assert.Equal((true, true), (records.IsPinOf("Ada Marsh", "4321"), records.IsSupervisor("Ada Marsh")));
        Assert.Throws<ShopException>(() => operators.Add(Admin, "Tom", "12", OperatorRoles.Cashier, null));
        Assert.Throws<ShopException>(() => operators.Add(Admin, "Tom", "1234", "owner", null));
        Assert.Throws<ShopException>(() => operators.Add(Admin, "Tom", "1234", OperatorRoles.Cashier, [7]));
        Assert.Throws<ShopException>(() => operators.Disable(Admin, "Tom"));
    }

    [Fact]
    public async Task Every_deed_is_on_record_with_who_and_what_and_so_is_what_was_refused()
    {
        await using var shop = await OpenShopAsync();
        var operators = shop.Get<Operators>();
        operators.Add(Admin, "Ada", "1234", OperatorRoles.Cashier, [1, 2]);
        shop.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Throws<ShopException>(() => operators.Disable(new Actor("other", "verb", "back room"), "Bert"));

        var rows = shop.Database.Reading(s => AuditLog.Read(s, 0, long.MaxValue, null, 10)).FindAll(
            r => r.Deed.StartsWith("operator", StringComparison.Ordinal));

        Assert.Equal([("operator disable", false), ("operator add", true)], rows.Select(r => (r.Deed, r.IsDone)));
        Assert.Equal(("operator Ada", "cashier of branches 1 2", Admin), (rows[1].Subject, rows[1].Detail, rows[1].Actor));
        Assert.Equal(("other", "back room"), (rows[0].Actor.Name, rows[0].Actor.From));
        var now = shop.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Equal("operator disable", Assert.Single(shop.Database.Reading(s => AuditLog.Read(s, now, now + 1, null, 10))).Deed);
        Assert.Equal("operator add", Assert.Single(shop.Database.Reading(s => AuditLog.Read(s, 0, long.MaxValue, "tes", 10))).Deed);
    }

    [Fact]
    public async Task A_deed_that_fails_leaves_neither_itself_nor_its_row()
    {
        await using var shop = await OpenShopAsync();
        Assert.Throws<InvalidOperationException>(() => shop.Database.Doing<int>(shop.Clock, Admin, "test", (session, _) =>
        {
            session.Execute("UPDATE branch SET name = 'half done'");
            throw new InvalidOperationException("in the middle");
        }));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM audit WHERE deed = 'test'"));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM branch WHERE name = 'half done'"));
    }

    [Theory]
    [InlineData("refund, price discount:10", "refund price discount:1000")]
    [InlineData("discount:7.5", "discount:750")]
    [InlineData("pay-out", "pay-out")]
    [InlineData("", "")]
    [InlineData("refunds", null)]
    [InlineData("discount:ten", null)]
    [InlineData("discount:101", null)]
    [InlineData("discount:9.975", null)]
    [InlineData("price:10", null)]
    public void What_wants_a_supervisor_is_read_or_refused_with_what_there_is(string typed, string? kept)
    {
        var acts = SupervisedActs.Parse(typed, out var fault);
        Assert.Equal(kept, acts?.ToString());
        Assert.Equal(kept is null, fault?.Contains("no-sale", StringComparison.Ordinal) ?? false);
    }

    [Fact]
    public void A_discount_up_to_the_limit_is_anybodys_to_give()
    {
        var acts = SupervisedActs.Read("discount:1000 later-act");
        Assert.False(acts.WantsForDiscount(100, 1_000));
        Assert.True(acts.WantsForDiscount(101, 1_000));
        Assert.False(SupervisedActs.Read(null).WantsForDiscount(1_000, 1_000));
        Assert.True(SupervisedActs.Read("discount").WantsForDiscount(1, 1_000));
    }
}
