using Bookmine.TillClient.Screens;
using Bookmine.Tests.Support;
using Terminal.Gui.App;
using Terminal.Gui.Input;
using Terminal.Gui.Testing;

namespace Bookmine.Tests.TillClient;

/// <summary>The screen itself, headless: keys go in, the text of an 80x25 screen comes out.</summary>
public sealed class PosScreenTests
{
    [Fact]
    public async Task Keys_alone_sell_a_book_and_every_line_fits_an_80x25_screen()
    {
        Environment.SetEnvironmentVariable("DisableRealDriverIO", "1");
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        using var app = Application.Create();
        app.Init("ansi");
        app.Driver!.SetScreenSize(80, 25);
        using var screen = new PosScreen();
        await using var session = new PosSession(shop.OpenTill("front", true), shop.Clock, () => { }, () => { });
        screen.Session = session;
        session.Start();
        using var token = app.Begin(screen) as IDisposable;
        // Begin makes every await resume in the application's loop; no loop runs here, so one that did not finish at once would wait for ever.
        SynchronizationContext.SetSynchronizationContext(null);

        foreach (var end in (Key[][])[[Key.J.WithCtrl], [Key.Enter, Key.J.WithCtrl]])
        {
            foreach (var digit in Sales.Garden)
            {
                app.InjectKey(new Key(digit));
            }
            foreach (var key in end)
            {
                app.InjectKey(key);
            }
        }
        await session.SettleAsync();
        Assert.Contains("2 copies   TOTAL 25.00", Text(app, screen), StringComparison.Ordinal);
        app.InjectKey(Key.F4);
        await session.SettleAsync();
        Type(app, "2*");
        Type(app, Sales.Lighthouse);
        await session.SettleAsync();
        Assert.Contains("TOTAL 35.90", Text(app, screen), StringComparison.Ordinal);
        app.InjectKey(Key.F12);
        Type(app, "40");
        await session.SettleAsync();
        await session.SettleAsync();
        var text = Text(app, screen);
        Assert.Contains("D100001  35.90   CHANGE 4.10", text, StringComparison.Ordinal);
        Assert.Contains("DISCONNECTED · 1 unposted 35.90", text, StringComparison.Ordinal);
        Assert.Equal(25, text.TrimEnd('\n').Split('\n').Length);
    }

    private static void Type(IApplication app, string entry)
    {
        foreach (var character in entry)
        {
            app.InjectKey(new Key(character));
        }
        app.InjectKey(Key.Enter);
    }

    private static string Text(IApplication app, PosScreen screen)
    {
        screen.SetNeedsDraw();
        app.LayoutAndDraw(false);
        return app.Driver!.ToString()!.ReplaceLineEndings("\n");
    }
}
