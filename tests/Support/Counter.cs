using Bookmine.Schema;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.TillClient.Screens;

namespace Bookmine.Tests.Support;

/// <summary>A counter with a POS session that is driven by what is entered.</summary>
internal sealed class Counter(Shop shop) : IAsyncDisposable
{
    public PosSession Session { get; private set; } = null!;

    public Shop Shop => shop;

    public bool HasQuit { get; private set; }

    public static async Task<Counter> OpenAsync(int unposted = 0, bool disconnected = true, string[]? operators = null, string? supervised = null,
        Action<Shop>? prepare = null)
    {
        var shop = await Shop.OpenAsync();
        foreach (var (name, id) in (operators ?? []).Select((o, i) => (o, i + 1L)))
        {
            shop.Get<Operators>().Add(Actor.AtTheMachine(), name, "1234", id > 2 ? OperatorRoles.Supervisor : OperatorRoles.Cashier, null);
        }
        shop.Write("UPDATE branch SET supervised = @acts", supervised);
        prepare?.Invoke(shop);
        await shop.EnrolAsync("front");
        for (var i = 0; i < unposted; i++)
        {
            await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        }
        var counter = new Counter(shop);
        counter.Session = new PosSession(shop.OpenTill("front", disconnected), shop.Clock, () => { }, () => counter.HasQuit = true);
        counter.Session.Start();
        await counter.Session.SettleAsync();
        return counter;
    }

    /// <summary>The program ends, after the second in which it keeps what is open, and is started again.</summary>
    public async Task BeginAgainAsync(Action? between = null, bool disconnected = true, bool settles = true, bool atOnce = false)
    {
        await Task.Delay(atOnce ? 0 : 1_500);
        await Session.SettleAsync();
        await Session.DisposeAsync();
        between?.Invoke();
        Session = new PosSession(shop.OpenTill("front", disconnected), shop.Clock, () => { }, () => HasQuit = true);
        Session.Start();
        if (settles)
        {
            await Session.SettleAsync();
        }
    }

    public async Task<PosPicture> TypeAsync(params string[] entries)
    {
        foreach (var entry in entries)
        {
            Session.Enter(entry);
        }
        await Session.SettleAsync();
        await Session.SettleAsync();
        return Session.Picture;
    }

    public Task<PosPicture> BackAndTypeAsync(params string[] entries)
    {
        Session.Back();
        return TypeAsync(entries);
    }

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        await shop.DisposeAsync();
    }
}
