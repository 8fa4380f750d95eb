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
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        await using var screen = new HeadlessScreen(shop);
        foreach (var end in (Key[][])[[Key.J.WithCtrl], [Key.Enter, Key.J.WithCtrl]])
        {
            screen.Type(Sales.Garden);
            screen.Press(end);
        }
        Assert.Contains("2 copies   TOTAL 25.00", await screen.TextAsync(), StringComparison.Ordinal);
        screen.Press(Key.F4);
        await screen.TextAsync();
        screen.Enter("2*");
        screen.Enter(Sales.Lighthouse);
        Assert.Contains("TOTAL 35.90", await screen.TextAsync(), StringComparison.Ordinal);
        screen.Press(Key.F12);
        screen.Enter("40");
        var text = await screen.TextAsync();
        Assert.Contains("D100001  35.90   CHANGE 4.10", text, StringComparison.Ordinal);
        Assert.Contains("DISCONNECTED · 1 unposted 35.90", text, StringComparison.Ordinal);
        Assert.Equal(25, text.TrimEnd('\n').Split('\n').Length);
    }

    [Fact]
    public async Task Wide_letters_push_no_amount_off_the_screen_and_a_long_text_shows_its_end()
    {
        await using var shop = await Shop.OpenAsync();
        shop.Write("UPDATE stock SET title = @title WHERE isbn13 = 9780000000019", "书店书店书店书店书店书店书店书店书店书店书店书店");
        shop.Write("UPDATE contact SET name = @name", "书店书店书店书店");
        await shop.EnrolAsync("front");
        await using var screen = new HeadlessScreen(shop);
        screen.Enter(Sales.Lighthouse);
        screen.Enter(Sales.Garden);
        screen.Enter("/contact 书店");
        var lines = (await screen.TextAsync()).Split('\n');
        Assert.EndsWith("2 copies   TOTAL 30.45", lines.Single(l => l.Contains("TOTAL", StringComparison.Ordinal)).TrimEnd(), StringComparison.Ordinal);
        Assert.All(lines.Skip(3).Take(2), l => Assert.EndsWith(l.Contains('书') ? "17.95" : "12.50", l.TrimEnd(), StringComparison.Ordinal));
        screen.Type(new string('a', 150) + "END");
        Assert.Contains("aaaEND_", (await screen.TextAsync()).Split('\n')[1], StringComparison.Ordinal);
        screen.Type(new string('a', 1_900));
        Assert.Contains("2,000 characters are the most", await screen.TextAsync(), StringComparison.Ordinal);
    }

    /// <summary>A disconnected till's screen on a terminal that is none.</summary>
    private sealed class HeadlessScreen : IAsyncDisposable
    {
        private readonly IApplication app = Application.Create();
        private readonly PosScreen screen = new();
        private readonly PosSession session;
        private readonly IDisposable? token;

        public HeadlessScreen(Shop shop)
        {
            Environment.SetEnvironmentVariable("DisableRealDriverIO", "1");
            app.Init("ansi");
            app.Driver!.SetScreenSize(80, 25);
            screen.Session = session = new PosSession(shop.OpenTill("front", true), shop.Clock, () => { }, () => { });
            session.Start();
            token = app.Begin(screen) as IDisposable;
            // Begin makes every await resume in the application's loop; no loop runs here, so one that did not finish at once would wait for ever.
            SynchronizationContext.SetSynchronizationContext(null);
        }

        public void Press(params Key[] keys)
        {
            foreach (var key in keys)
            {
                app.InjectKey(key);
            }
        }

        public void Type(string text) => Press([.. text.Select(c => new Key(c))]);

        public void Enter(string text)
        {
            Type(text);
            Press(Key.Enter);
        }

        /// <summary>The screen once all that was entered is worked off.</summary>
        public async Task<string> TextAsync()
        {
            await session.SettleAsync();
            await session.SettleAsync();
            screen.SetNeedsDraw();
            app.LayoutAndDraw(false);
            return app.Driver!.ToString()!.ReplaceLineEndings("\n");
        }

        public async ValueTask DisposeAsync()
        {
            token?.Dispose();
            await session.DisposeAsync();
            screen.Dispose();
            app.Dispose();
        }
    }
}
