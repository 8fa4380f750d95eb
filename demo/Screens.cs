using System.Text.RegularExpressions;
using Bookmine.Tests.Support;

namespace Bookmine.Demo;

/// <summary>Takes the pictures of the main screens that the documents show: a shop, a till in a real terminal, and keys.</summary>
internal sealed partial class Screens(Programs programs, string folder, string target)
{
    public async Task TakeAsync()
    {
        if (!Tmux.IsHere)
        {
            throw new StoryException("The pictures are taken in tmux, which is not on this machine (Debian: tmux).");
        }
        Directory.CreateDirectory(target);
        await OpenShopAsync();
        using var terminal = new Tmux(("BOOKMINE_TILL", programs.TillData("front")));
        terminal.Line($"dotnet {Programs.TillProgram}");
        await terminal.UntilAsync("NORMAL · all posted");

        terminal.Line(SampleShop.Isbn(3));
        await SignOnAsync(terminal);
        terminal.Line("2*" + SampleShop.Isbn(14));
        terminal.Line(SampleShop.Isbn(121));
        await terminal.UntilAsync("4 copies");
        terminal.Line("/disc 3 1.00");
        await TakeAsync(terminal, "selling", "-1.00");

        terminal.Line("harbour silent");
        await TakeAsync(terminal, "choosing", "Which");
        await terminal.EscapeAsync();

        terminal.Key("F12");
        await TakeAsync(terminal, "paying", "cash, exactly");
        terminal.Key("Enter");
        await terminal.UntilAsync("0 copies");

        programs.KillServer();
        foreach (var title in (int[])[7, 8])
        {
            terminal.Line(SampleShop.Isbn(title));
            await terminal.UntilAsync("1 copy");
            terminal.Key("F12");
            await terminal.UntilAsync("cash, exactly");
            terminal.Key("Enter");
            await terminal.UntilAsync("0 copies", "unposted");
        }
        await programs.StartServerAsync();
        terminal.Key("F9");
        await TakeAsync(terminal, "resynchronised", "Both sides agree");
        await terminal.EscapeAsync();

        terminal.Key("F8");
        await TakeAsync(terminal, "other", "Z reading");
        await terminal.EscapeAsync();
        terminal.Key("F10");
        await terminal.EndedAsync();
    }

    private static async Task SignOnAsync(Tmux terminal)
    {
        await terminal.UntilAsync("Who sells");
        terminal.Key("Enter");
        await terminal.UntilAsync("PIN");
        terminal.Line("1234");
        await terminal.UntilAsync("· ada", "1 copy");
    }

    private async Task OpenShopAsync()
    {
        var (stock, till) = (Path.Combine(folder, "stock.csv"), "front");
        SampleShop.WriteStock(stock);
        await programs.ServerAsync("branch", "add", "--name", "High Street", "--time-zone", "UTC");
        await programs.ServerAsync("branch", "set", "1", "--header", "THE SAMPLE BOOKSHOP", "--tax-rate", "10", "--currency", "GBP");
        await programs.ServerAsync("stock", "import", stock, "--branch", "1");
        await programs.ServerWithAsync("1234\n", "operator", "add", "--name", "ada", "--pin-stdin");
        await programs.StartServerAsync();
        var code = (await programs.ServerAsync("till", "enrol-code", "--branch", "1", "--name", till))[0].GetProperty("code").GetString()!;
        await programs.TillAsync(till, null, "enrol", "--server", programs.Url, "--code", code);
        await programs.TillAsync(till, null, "resync");
    }

    private async Task TakeAsync(Tmux terminal, string name, string until)
    {
        // A terminal is written from its top, and may be seen half-way.
        string screen, seen;
        do
        {
            seen = await terminal.UntilAsync(until);
            await Task.Delay(StillMilliseconds);
            screen = await terminal.UntilAsync(until);
        }
        while (screen != seen);
        // The day and what takes its time would make each picture another one.
        screen = Seconds().Replace(Day().Replace(screen, "2026-11-02 10:30"), " in 0.1 s");
        await File.WriteAllTextAsync(Path.Combine(target, name + ".txt"), string.Join('\n', screen.Split('\n').Select(l => l.TrimEnd())).TrimEnd() + "\n");
        Console.WriteLine($"{name}: {Path.Combine(target, name + ".txt")}");
    }

    private const int StillMilliseconds = 150;

    [GeneratedRegex(@"\d{4}-\d\d-\d\d \d\d:\d\d")]
    private static partial Regex Day();

    [GeneratedRegex(@" in [\d.]+ s")]
    private static partial Regex Seconds();
}
