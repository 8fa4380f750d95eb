using Bookmine.SyncServer;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.Tests.Support;
using Bookmine.Sync.Feed;
using Microsoft.Extensions.DependencyInjection;

namespace Bookmine.Tests.Pages;

/// <summary>Two hosts on one PostgreSQL behind a balancer with an affinity cookie: a page's line stays with one, and a session is good at both.</summary>
public sealed class TwoHostsTests(Browser browser) : IClassFixture<Browser>
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task A_manager_goes_on_at_the_other_host_when_hers_is_gone()
    {
        Assert.SkipWhen(Browser.Program is null, "needs Chromium: apt-get install chromium");
        Assert.SkipWhen(Haproxy.Program is null, "needs haproxy: apt-get install haproxy");
        await using var shop = await Shop.OpenAsync(engine: Engine.Postgres);
        await shop.EnrolAsync("front");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.ResyncAsync("front");
        shop.Get<Persons>().Add(Actor.AtTheMachine(), "Mara", Password, Person.Manager, [1]);
        await using var other = ServerHost.Build(
            new ServerOptions(shop.DatabaseName, shop.TillFolder("other-host"), "http://127.0.0.1:0"), shop.Clock);
        await other.StartAsync(TestContext.Current.CancellationToken);
        using var proxy = new Haproxy(("own", shop.Url), ("other", other.Urls.First()));
        await using var window = await browser.OpenAsync(proxy.Url);
        for (var i = 0; ; i++)
        {
            try
            {
                await window.SignInAsync("Mara", Password);
                break;
            }
            catch (Microsoft.Playwright.PlaywrightException) when (i < 50)
            {
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
        }
        // The page is alive at whichever host the cookie names, through a page's line and several requests.
        await window.GoAsync("/");
        await window.Page.FillAsync("#note", "half past five");
        async Task<string> HostAsync() => (await window.Page.Context.CookiesAsync()).Single(c => c.Name == "HOST").Value;
        var first = await HostAsync();
        foreach (var path in new[] { "/sales", "/attention", "/shop", "/" })
        {
            await window.GoAsync(path);
        }
        Assert.Equal(first, await HostAsync());
        Assert.Empty(window.Complaints);

        if (first == "own")
        {
            await shop.StopServerAsync();
        }
        else
        {
            await other.StopAsync(TestContext.Current.CancellationToken);
        }
        await Task.Delay(1_000, TestContext.Current.CancellationToken);
        window.Complaints.Clear();
        await window.GoAsync("/");
        Assert.NotEqual(first, await HostAsync());
        await window.Page.FillAsync("#note", "closed at the other host");
        await window.Page.GetByText("Close Mon 2 Nov at").ClickAsync();
        await window.Page.Locator(".mud-dialog button.main").ClickAsync();
        await window.SaysAsync("by Mara");
        var living = first == "own" ? other.Services.GetRequiredService<IServerDatabase>() : shop.Database;
        Assert.Equal("closed at the other host", living.Reading(s => s.Scalar("SELECT note FROM day_closing")));
        Assert.Empty(window.Complaints);
    }
}
