using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.Processes;

/// <summary>The till's program in a real terminal, worked by keys, with a real server.</summary>
[Collection(nameof(ProcessesAlone))]
public sealed class TerminalTests : IDisposable
{
    private const string NoTmux = "tmux is not on this machine (Debian: tmux)";
    private readonly Programs programs = new();

    [Fact]
    public async Task A_whole_day_is_sold_by_keys_alone_disconnected_in_the_middle_and_comes_out_to_the_cent()
    {
        Assert.SkipUnless(Tmux.IsHere, NoTmux);
        var server = await OpenShopAsync(withOperator: true);
        using var terminal = new Tmux(("TILL", programs.TillFolder));
        StartTill(terminal);
        await terminal.UntilAsync("High Street · till front", "NORMAL · all posted");

        // The first scan asks who sells; it is rung up when that is said.
        terminal.Line(Sales.Lighthouse);
        await terminal.UntilAsync("Who sells");
        terminal.Key("Enter");
        await terminal.UntilAsync("ada's PIN");
        terminal.Type("1234");
        Assert.Contains("PIN: ****_", await terminal.UntilAsync("****"), StringComparison.Ordinal);
        terminal.Key("Enter");
        await terminal.UntilAsync("1 copy   TOTAL 17.95", "· ada");
        terminal.Key("F12");
        terminal.Line("20");
        await terminal.UntilAsync("546789  17.95   CHANGE 2.05", "NORMAL · all posted");

        // An order and a voucher with the server at hand.
        terminal.Line("2*" + Sales.Garden);
        terminal.Line("/contact finch");
        await terminal.UntilAsync("Rosa Finch", "2 copies   TOTAL 25.00");
        terminal.Key("F8");
        terminal.Line("6");
        await terminal.UntilAsync("pays now");
        terminal.Line("10");
        terminal.Key("Enter");
        await terminal.UntilAsync("546790  layby of Rosa Finch, 15.00 owing");
        terminal.Key("F8");
        terminal.Line("4");
        terminal.Line("30");
        await terminal.UntilAsync("Number on its card");
        terminal.Key("Enter");
        terminal.Line("card");
        await terminal.UntilAsync("546791  gift voucher of 30.00");

        // The server dies in the middle of a sale.
        terminal.Line(Sales.Maps);
        await terminal.UntilAsync("TOTAL 24.00");
        Programs.Kill(server);
        terminal.Line("/disc 1 10%");
        await terminal.UntilAsync("TOTAL 21.60");
        terminal.Key("F5");
        await terminal.UntilAsync("1 held");
        terminal.Line(Sales.Lighthouse);
        terminal.Key("F12");
        terminal.Line("V100003");
        await terminal.UntilAsync("D100004  17.95", "SERVER AWAY, SELLING ON · 1 unposted 17.95");
        terminal.Key("F5");
        await terminal.UntilAsync("TOTAL 21.60");
        terminal.Key("F12");
        terminal.Line("card");
        await terminal.UntilAsync("D100005  21.60", "2 unposted 39.55");
        terminal.Line("/refund D100005 1");
        terminal.Key("Enter");
        terminal.Line("1");
        // The card that paid comes first, and cash after it.
        terminal.Line("2");
        await terminal.UntilAsync("Refund Maps of the North: 21.60 as cash?");
        terminal.Line("yes");
        await terminal.UntilAsync("D100006  refunded 21.60 as cash");
        terminal.Key("F8");
        terminal.Line("8");
        terminal.Line("50");
        terminal.Line("float");
        await terminal.UntilAsync("D100007  50.00 paid in", "4 unposted 67.95");

        // It comes back, and everything is posted by itself.
        server = await programs.ServeAsync();
        await terminal.UntilAsync("Report", "Both sides agree", "D100007 -> 546795");
        await terminal.EscapeAsync();
        await terminal.UntilAsync("NORMAL · all posted");
        terminal.Line("D100005");
        await terminal.UntilAsync("docket D100005");
        terminal.Key("F8");
        terminal.Line("12");
        await terminal.UntilAsync("Cash in the drawer");
        terminal.Line("56.35");
        await terminal.UntilAsync("next float");
        terminal.Line("");
        await terminal.UntilAsync("Z READING", "The drawer is exact.");
        await terminal.EscapeAsync();
        terminal.Key("F10");
        await terminal.EndedAsync();

        using var totals = JsonDocument.Parse((await programs.ServerAsync(
            "totals", "--branch", "1", "--from", "2000-01-01", "--to", "2100-01-01")).Split('\n')[0]);
        var day = totals.RootElement;
        Assert.Equal((8_250, -2_160), (day.GetProperty("sales_cents").GetInt64(), day.GetProperty("refunds_cents").GetInt64()));
        var methods = day.GetProperty("by_method");
        // 17.95 and 10.00 in cash, 21.60 back, a float of 50.00; the voucher and the maps by card.
        Assert.Equal(
            (5_635, 5_160, 1_795, 1_500),
            (methods.GetProperty("cash").GetInt64(), methods.GetProperty("card").GetInt64(), methods.GetProperty("voucher").GetInt64(),
                methods.GetProperty("owing").GetInt64()));
        Assert.Contains("\"ok\":true", await programs.ServerAsync("check"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xterm")]
    [InlineData("linux")]
    [InlineData("tmux-256color")]
    [InlineData("vt220")]
    public async Task Every_action_works_by_typed_commands_in_any_terminal_and_leaves_it_clean(string kind)
    {
        Assert.SkipUnless(Tmux.IsHere, NoTmux);
        await OpenShopAsync(withOperator: false);
        using var terminal = new Tmux(("TERM", kind), ("TILL", programs.TillFolder));
        StartTill(terminal, "--disconnected");
        await terminal.UntilAsync("DISCONNECTED");
        if (kind == "linux")
        {
            // F1 and F7 as the bare console's keyboard sends them.
            terminal.Bytes(0x1b, 0x5b, 0x5b, 0x41);
            await terminal.UntilAsync("Help (arrows move");
            await terminal.EscapeAsync();
            terminal.Bytes(0x1b, 0x5b, 0x31, 0x38, 0x7e);
            await terminal.UntilAsync("Nothing was sold here lately");
        }
        // An alarm stands out: in red, or reversed where there are no colours.
        terminal.Line("/nosuch");
        await terminal.UntilAsync("is no command here");
        Assert.Equal(kind != "vt220", terminal.Coloured().Contains("\u001b[41m", StringComparison.Ordinal));
        Assert.Equal(kind == "vt220", terminal.Coloured().Contains("\u001b[7m/nosuch", StringComparison.Ordinal));
        terminal.Line("/help");
        await terminal.UntilAsync("/pay", "take the payment");
        // Esc and a scan in one piece: to the terminal's library that is a sequence it does not know.
        terminal.Bytes([0x1b, .. Encoding.ASCII.GetBytes(Sales.Lighthouse), 0x0d]);
        await terminal.UntilAsync("1 copy   TOTAL 17.95");
        terminal.Line("/pay");
        await terminal.UntilAsync("Pay 17.95");
        terminal.Key("Enter");
        await terminal.UntilAsync("D100001  17.95");
        terminal.Line("/quit");
        await CleanAsync(terminal);
    }

    [Theory]
    [InlineData("--mono", "")]
    [InlineData("", "1")]
    public async Task A_terminal_whose_colours_are_not_wanted_gets_none(string argument, string noColor)
    {
        Assert.SkipUnless(Tmux.IsHere, NoTmux);
        await OpenShopAsync(withOperator: false);
        using var terminal = new Tmux(("TERM", "xterm"), ("TILL", programs.TillFolder), ("NO_COLOR", noColor));
        StartTill(terminal, "--disconnected", argument);
        await terminal.UntilAsync("DISCONNECTED");
        terminal.Line("/nosuch");
        await terminal.UntilAsync("is no command here");
        Assert.DoesNotMatch("\u001b\\[[0-9;]*[34][0-7]", terminal.Coloured());
        Assert.Contains("\u001b[7m/nosuch", terminal.Coloured(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("KILL")]
    public async Task A_signal_ends_the_till_with_a_clean_terminal(string signal)
    {
        Assert.SkipUnless(Tmux.IsHere, NoTmux);
        await OpenShopAsync(withOperator: false);
        using var terminal = new Tmux(("TILL", programs.TillFolder));
        StartTill(terminal, "--disconnected");
        await terminal.UntilAsync("DISCONNECTED");
        using (var kill = Process.Start("kill", [$"-{signal}", terminal.Program()!.Value.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }
        await CleanAsync(terminal);
    }

    [Fact]
    public async Task A_lost_line_ends_the_till_and_the_open_sale_is_there_again()
    {
        Assert.SkipUnless(Tmux.IsHere, NoTmux);
        await OpenShopAsync(withOperator: false);
        int program;
        using (var lost = new Tmux(("TILL", programs.TillFolder)))
        {
            StartTill(lost, "--disconnected");
            await lost.UntilAsync("DISCONNECTED");
            lost.Line(Sales.Lighthouse);
            await lost.UntilAsync("TOTAL 17.95");
            // It is kept within a second.
            await Task.Delay(2_000);
            program = lost.Program()!.Value;
        }
        for (var i = 0; i < 100 && Directory.Exists($"/proc/{program}"); i++)
        {
            await Task.Delay(100);
        }
        Assert.False(Directory.Exists($"/proc/{program}"), "the program outlived its terminal");
        using var terminal = new Tmux(("TILL", programs.TillFolder));
        StartTill(terminal, "--disconnected");
        await terminal.UntilAsync("TOTAL 17.95", "is here again");
    }

    [Fact]
    public async Task A_till_has_one_screen_and_takes_commands_beside_it()
    {
        Assert.SkipUnless(Tmux.IsHere, NoTmux);
        await OpenShopAsync(withOperator: false);
        using var first = new Tmux(("TILL", programs.TillFolder));
        using var second = new Tmux(("TILL", programs.TillFolder));
        StartTill(first, "--disconnected");
        await first.UntilAsync("DISCONNECTED");
        first.Line(Sales.Lighthouse);
        await first.UntilAsync("TOTAL 17.95");
        StartTill(second, "--disconnected");
        await second.UntilAsync("screen is open already", Tmux.Prompt);
        StartTill(second, "find", Sales.Garden);
        await second.UntilAsync("A Winter Garden", Tmux.Prompt);
        first.Key("F12");
        first.Key("Enter");
        await first.UntilAsync("D100001  17.95");
        first.Key("F10");
        await CleanAsync(first);
        StartTill(second, "--disconnected");
        await second.UntilAsync("DISCONNECTED", "0 copies");
    }

    [Fact]
    public async Task The_screen_fills_a_terminal_that_is_resized()
    {
        Assert.SkipUnless(Tmux.IsHere, NoTmux);
        await OpenShopAsync(withOperator: false);
        using var terminal = new Tmux(("TILL", programs.TillFolder));
        StartTill(terminal, "--disconnected");
        await terminal.UntilAsync("12Pay");
        terminal.Resize(120, 40);
        for (var i = 0; i < 100 && !terminal.Screen().Split('\n')[39].StartsWith("1Help", StringComparison.Ordinal); i++)
        {
            await Task.Delay(50);
        }
        Assert.StartsWith("1Help", terminal.Screen().Split('\n')[39], StringComparison.Ordinal);
    }

    public void Dispose() => programs.Dispose();

    private static void StartTill(Tmux terminal, params string[] arguments) =>
        terminal.Line($"{Programs.TillProgram} --data \"$TILL\" {string.Join(' ', arguments)}".TrimEnd());

    /// <summary>The shell is there again, it echoes what is typed, and ends lines as it should.</summary>
    private static async Task CleanAsync(Tmux terminal)
    {
        await terminal.EndedAsync();
        terminal.Line("clear; echo CLEAN=$(stty -a | tr ' ' '\\n' | grep -cxE 'echo|icanon|isig|opost')");
        await terminal.UntilAsync("CLEAN=4");
    }

    /// <summary>A shop with a handful of titles, a till, and where asked an operator.</summary>
    private async Task<Process> OpenShopAsync(bool withOperator)
    {
        await programs.ServerAsync("branch", "add", "--name", "High Street", "--time-zone", "UTC");
        await programs.ServerAsync("branch", "set", "1", "--header", "The Test Shop", "--tax-rate", "10", "--currency", "GBP");
        var (stock, contacts) = (Path.Combine(programs.Folder, "stock.csv"), Path.Combine(programs.Folder, "contacts.csv"));
        await File.WriteAllTextAsync(
            stock,
            """
            isbn13,title,authors,condition,price_cents,on_hand
            9780000000019,The Lighthouse Keeper,Ada Marsh,,1795,10
            9780000000026,A Winter Garden,Tomas Reed,,1250,5
            9780000000033,Maps of the North,Ines Calder,,2400,3
            """);
        await File.WriteAllTextAsync(contacts, "name,email,phone\nRosa Finch,rosa@example.com,0100\n");
        await programs.ServerAsync("stock", "import", stock, "--branch", "1");
        await programs.ServerAsync("contact", "import", contacts);
        if (withOperator)
        {
            await programs.ServerWithAsync("1234\n", "operator", "add", "--name", "ada", "--pin-stdin");
        }
        var server = await programs.ServeAsync();
        await programs.EnrolAsync("front");
        await programs.TillAsync("resync");
        return server;
    }
}
