using System.Net;
using System.Net.Sockets;
using Bookmine.Schema;
using Bookmine.Schema.Dockets;
using Bookmine.Tests.Support;
using Bookmine.TillClient;
using Bookmine.TillClient.Dockets;
using Bookmine.TillClient.Files;
using Bookmine.TillClient.Selling;

namespace Bookmine.Tests.TillClient;

/// <summary>Slips on printers: the bytes as a receipt printer reads them, and printers that are off.</summary>
public sealed class PrintingTests
{
    [Theory]
    [InlineData(32)]
    [InlineData(42)]
    [InlineData(48)]
    public async Task A_docket_is_read_by_a_receipt_printer_at_every_width(int columns)
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        shop.Write("UPDATE stock SET title = @title WHERE isbn13 = 9780000000019", "Das große Café: £5 oder €5, \u001b@ und eine sehr lange Überschrift über den Leuchtturmwärter und die Ñandús");
        await shop.ResyncAsync("front");
        var till = shop.OpenTill("front", true);
        till.Settings = new TillSettings(Columns: columns, CodePage: "858", PrintAs: "escpos");
        await till.SellAsync(Sales.Of(Sales.Lighthouse, 2));
        var paper = new EscPosDecoder(SlipPrinter.Encode((await till.DocketAsync("D100001"))!, till.Settings));

        // A command in a title is printed as a space and carried out by nobody.
        Assert.Equal((1, 1, 1, 858), (paper.Starts, paper.Cuts, paper.DrawerPulses, paper.CodePage));
        Assert.Equal(["D100001"], paper.Barcodes);
        Assert.Contains(paper.Lines, l => l is { Text: "D100001", Large: true, Centred: true });
        Assert.Contains(paper.Lines, l => l is { Text: "The Test Shop", Bold: true, Centred: true });
        Assert.All(paper.Lines, l => Assert.InRange(l.Text.Length, 0, columns));
        var text = string.Join(' ', paper.Lines.Select(l => l.Text.Trim()));
        Assert.Contains("Das große Café: £5 oder €5,", text, StringComparison.Ordinal);
        Assert.Contains("die Ñandús", text, StringComparison.Ordinal);
        Assert.Contains("35.90", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(48)]
    public async Task The_numbers_on_drawn_paper_are_read_back_by_a_barcode_reader(int columns)
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        till.Settings = new TillSettings(Columns: columns, PrintAs: "escpos");
        await till.SellVoucherAsync(new VoucherDraft { AmountCents = 2_500, Payments = [new PaymentDraft { Method = "cash", AmountCents = 2_500 }] });
        await till.SellVoucherAsync(new VoucherDraft { AmountCents = 2_500, Number = "A-CARD-OF-THE-OTHER-SHOP-001", Payments = [new PaymentDraft { Method = "cash", AmountCents = 2_500 }] });
        await till.SellAsync(Sales.Of(Sales.Lighthouse));
        await till.RefundAsync("D100003", new RefundDraft());
        string[][] numbers = [["D100001", "V100001"], ["D100002"], ["D100003"], ["D100004"]];
        foreach (var expected in numbers)
        {
            var svg = PaperDrawing.Svg(new EscPosDecoder(SlipPrinter.Encode((await till.DocketAsync(expected[0]))!, till.Settings)), columns);
            var read = PaperDrawing.Png(svg, shop.TillFolder("front")) is { } picture ? PaperDrawing.Read(picture) : null;
            Assert.SkipWhen(read is null, "rsvg-convert or zbarimg is not on this machine (Debian: librsvg2-bin, zbar-tools)");
            Assert.Equal(expected, read!.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task Only_cash_opens_the_drawer_and_what_the_table_lacks_is_a_question_mark()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        var sale = Sales.Of(Sales.Lighthouse);
        sale.Payments = [new PaymentDraft { Method = "card", AmountCents = 1795 }];
        sale.Lines![0].Title = "x";
        await till.SellAsync(sale);
        var docket = (await till.DocketAsync("D100001"))!;
        var paper = new EscPosDecoder(SlipPrinter.Encode(docket with { Lines = [.. docket.Lines, new SlipLine("日本 ok")] }, new TillSettings(PrintAs: "escpos")));
        Assert.Equal(0, paper.DrawerPulses);
        Assert.Contains(paper.Lines, l => l.Text == "?? ok");
    }

    [Theory]
    [InlineData("858", "Keeper’s — œuvre … ﬁn №5 “x”", "Keeper's - oeuvre ... fin No.5 \"x\"")]
    [InlineData("858", "No\u0301 ni\u00f1o Łódź", "Nó niño Lódz")]
    [InlineData("437", "€ 5.00 \u200eà 日", "EUR 5.00 à ?")]
    [InlineData("utf-8", "No\u0301 œuvre €", "Nó œuvre €")]
    public void What_a_character_set_lacks_is_written_with_what_it_has(string codePage, string text, string printed)
    {
        var slip = new Slip("x", 48, [new SlipLine(text)], OpensDrawer: false);
        Assert.Equal(printed, DocketPrinter.EncodingOf(codePage).GetString(SlipPrinter.Encode(slip, new TillSettings(CodePage: codePage, PrintAs: "text"))).Trim());
        if (codePage == "858")
        {
            Assert.Contains(printed, new EscPosDecoder(SlipPrinter.Encode(slip, new TillSettings(CodePage: codePage, PrintAs: "escpos"))).Lines.Select(l => l.Text));
        }
    }

    [Fact]
    public void What_grows_takes_its_room_from_the_gaps()
    {
        var line = SlipText.Pair("  1 x 5.00  œuvres", 500, 30);
        Assert.Equal(30, PrintableText.Fold(line, DocketPrinter.EncodingOf("437"), 30).Length);
    }

    [Fact]
    public void A_no_sale_opens_the_drawer_and_cuts_no_paper()
    {
        var paper = new EscPosDecoder(SlipPrinter.Encode(Slip.Drawer, new TillSettings(PrintAs: "escpos")));
        Assert.Equal((1, 0, 0), (paper.DrawerPulses, paper.Cuts, paper.Paper.Count));
    }

    [Fact]
    public async Task A_printer_that_is_off_blocks_no_sale_and_prints_in_order_when_it_is_on_again()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        using var printer = new NetworkPrinter();
        var till = shop.OpenTill("front", true);
        till.Settings = new TillSettings($"tcp://127.0.0.1:{printer.Port}", CodePage: "858");
        await using (var slips = till.PrinterFor(() => { }))
        {
            await SellAndPrintAsync(till, slips, 2);
            await UntilAsync(() => slips.Waiting == 2);
            Assert.Contains("takes nothing", slips.Fault, StringComparison.Ordinal);
        }
        // The program ends, and what waits is there at the next start.
        await using var again = till.PrinterFor(() => { });
        Assert.Equal(2, again.Waiting);
        again.Print(Slip.Drawer);
        await SellAndPrintAsync(till, again, 1);
        await UntilAsync(() => again.Waiting == 3);
        printer.TurnOn();
        again.TryAgain();
        await UntilAsync(() => printer.Papers.Count == 3);
        Assert.Equal(["D100001", "D100002", "D100003"], printer.Papers.SelectMany(p => new EscPosDecoder(p).Barcodes));
        // Nobody stands at the drawer for what was sold long ago.
        Assert.Equal(0, printer.Papers.Sum(p => new EscPosDecoder(p).DrawerPulses));
        await UntilAsync(() => again.Waiting == 0);
        Assert.Null(again.Fault);
        Assert.Empty(Directory.GetFiles(Path.Combine(shop.TillFolder("front"), "unprinted")));
    }

    [Fact]
    public async Task What_waits_can_be_given_up_and_a_file_is_printed_on_as_text()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        till.Settings = new TillSettings(Path.Combine(shop.TillFolder("front"), "none", "printer.txt"));
        await using var slips = till.PrinterFor(() => { });
        await SellAndPrintAsync(till, slips, 1);
        await UntilAsync(() => slips.Waiting == 1);
        slips.Forget();
        var file = Path.Combine(shop.TillFolder("front"), "printer.txt");
        till.Settings = new TillSettings(file);
        await SellAndPrintAsync(till, slips, 1);
        await UntilAsync(() => File.Exists(file) && File.ReadAllText(file).Contains("* D100002 *", StringComparison.Ordinal));
        Assert.DoesNotContain("D100001", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        Assert.Equal(0, slips.Waiting);
    }

    [Theory]
    [InlineData("tcp://")]
    [InlineData("cups:")]
    public void What_names_no_printer_is_told(string printer) => Assert.Throws<TillException>(() => DocketPrinter.Require(printer));

    private static async Task SellAndPrintAsync(Till till, SlipPrinter slips, int sales)
    {
        for (var i = 0; i < sales; i++)
        {
            var (outcome, _) = await till.SellAsync(Sales.Of(Sales.Lighthouse));
            slips.Print((await till.DocketAsync(DocketNumber.D(outcome.Entry!.Number!.Value).ToString()))!);
        }
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var i = 0; i < 3_000 && !holds(); i++)
        {
            await Task.Delay(10);
        }
        Assert.True(holds());
    }

    /// <summary>A printer on the network that is off at first.</summary>
    private sealed class NetworkPrinter : IDisposable
    {
        private readonly TcpListener listener;

        public NetworkPrinter()
        {
            listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            Port = ((IPEndPoint)listener.LocalEndpoint).Port;
            listener.Stop();
            listener = new TcpListener(IPAddress.Loopback, Port);
        }

        public int Port { get; }

        public List<byte[]> Papers { get; } = [];

        public void TurnOn()
        {
            listener.Start();
            _ = PrintAsync();
        }

        public void Dispose() => listener.Stop();

        private async Task PrintAsync()
        {
            while (true)
            {
                try
                {
                    using var socket = await listener.AcceptTcpClientAsync();
                    using var paper = new MemoryStream();
                    await socket.GetStream().CopyToAsync(paper);
                    Papers.Add(paper.ToArray());
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    return;
                }
            }
        }
    }
}
