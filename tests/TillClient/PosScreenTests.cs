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

    [Fact]
    public async Task Wide_letters_push_no_amount_off_the_screen_and_a_long_text_shows_its_end()
    {
        Environment.SetEnvironmentVariable("DisableRealDriverIO", "1");
        await using var shop = await Shop.OpenAsync();
        shop.Write("UPDATE stock SET title = @title WHERE isbn13 = 9780000000019", "书店书店书店书店书店书店书店书店书店书店书店书店");
        shop.Write("UPDATE contact SET name = @name", "书店书店书店书店");
        await shop.EnrolAsync("front");
        using var app = Application.Create();
        app.Init("ansi");
        app.Driver!.SetScreenSize(80, 25);
        using var screen = new PosScreen();
        await using var session = new PosSession(shop.OpenTill("front", true), shop.Clock, () => { }, () => { });
        screen.Session = session;
        session.Start();
        using var token = app.Begin(screen) as IDisposable;
        SynchronizationContext.SetSynchronizationContext(null);
        Type(app, Sales.Lighthouse);
        Type(app, Sales.Garden);
        Type(app, "/contact 书店");
        await session.SettleAsync();
        var lines = Text(app, screen).Split('\n');
        Assert.EndsWith("2 copies   TOTAL 30.45", lines.Single(l => l.Contains("TOTAL", StringComparison.Ordinal)).TrimEnd(), StringComparison.Ordinal);
        Assert.All(lines.Skip(3).Take(2), l => Assert.EndsWith(l.Contains('书') ? "17.95" : "12.50", l.TrimEnd(), StringComparison.Ordinal));
        foreach (var character in new string('a', 150) + "END")
        {
            app.InjectKey(new Key(character));
        }
        Assert.Contains("aaaEND_", Text(app, screen).Split('\n')[1], StringComparison.Ordinal);
        foreach (var character in new string('a', 1_900))
        {
            app.InjectKey(new Key(character));
        }
        await session.SettleAsync();
        Assert.Contains("2,000 characters are the most", Text(app, screen), StringComparison.Ordinal);
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
