using System.CommandLine;
using Bookmine.TillClient.Dockets;
using Bookmine.TillClient.Files;

namespace Bookmine.TillClient.Commands;

/// <summary><c>set</c>: what belongs to this machine.</summary>
internal static class SetCommand
{
    private static readonly Option<string?> Printer = new("--printer") { Description = "Where dockets go: tcp://HOST:9100, cups:QUEUE, a device such as /dev/usb/lp0, or a file; \"\" for none" };
    private static readonly Option<int?> Columns = new("--columns") { Description = "The docket's width in characters, 24 to 96; printers have 32, 42 or 48" };
    private static readonly Option<string?> CodePage = new("--code-page") { Description = "The printer's character set: 858 (with £ and €), 437, 850, 1252; utf-8 for a file" };
    private static readonly Option<string?> PrintAs = new("--print-as") { Description = "escpos or text; \"\" to tell by the printer: all but a file take ESC/POS" };
    private static readonly Option<string?> Mirror = new("--mirror") { Description = "A folder on another medium that receives each entry of the journal before its docket is printed; \"\" for none" };
    private static readonly Option<string?> Server = new("--server") { Description = "The branch server's address, when it has moved" };
    private static readonly Option<string?> ServerKey = new("--server-key")
    {
        Description = "The key by which to know the server, as bookmine-server key show has it; \"\" to trust certificates of the usual authorities",
    };

    public static Command Make() => Verbs.Make("set", "What belongs to this machine", RunAsync, Printer, Columns, CodePage, PrintAs, Mirror, Server, ServerKey);

    private static Task<int> RunAsync(CommandContext context)
    {
        using var till = context.OpenTill();
        var settings = Settings(context, till.Settings);
        if (context.Get(Server) is not null || context.Get(ServerKey) is not null)
        {
            TillSetUp.SetServer(TillMachine.This(context.Clock).Files, context.Folder, context.Get(Server), context.Get(ServerKey));
        }
        till.Settings = settings;
        var currency = till.Records.Currency();
        if (context.Get(CodePage) is not null && !PrintableText.Has(DocketPrinter.EncodingOf(settings.CodePage), currency))
        {
            Console.Error.WriteLine(
                $"The character set {settings.CodePage} has no {currency}: dockets print {PrintableText.Fold(currency, DocketPrinter.EncodingOf(settings.CodePage), settings.Columns)} in its place. 858 has £ and €.");
        }
        context.Print(
            new DoneOutput(true), OutputJson.Readable.DoneOutput,
            () => $"printer {settings.Printer ?? "none"}, {settings.Columns} columns, mirror {settings.Mirror ?? "none"}");
        return Task.FromResult(0);
    }

    private static TillSettings Settings(CommandContext context, TillSettings old)
    {
        var columns = context.Get(Columns) ?? old.Columns;
        if (columns is < 24 or > 96)
        {
            throw new TillException($"A docket of {columns} columns fits no printer. Give 32, 42 or 48.");
        }
        _ = DocketPrinter.EncodingOf(context.Get(CodePage) ?? old.CodePage);
        var mirror = Changed(context.Get(Mirror), old.Mirror) is { } folder ? Path.GetFullPath(folder) : null;
        if (mirror is not null && !Directory.Exists(mirror))
        {
            throw new TillException($"There is no folder {mirror}. Put the medium in, or make the folder; nothing was changed.");
        }
        var printer = Changed(context.Get(Printer), old.Printer);
        DocketPrinter.Require(printer ?? "");
        var printAs = Changed(context.Get(PrintAs), old.PrintAs);
        if (printAs is not (null or "escpos" or "text"))
        {
            throw new TillException($"A printer is printed on as escpos or text, not as “{printAs}”.");
        }
        var settings = new TillSettings(printer, columns, context.Get(CodePage) ?? old.CodePage, mirror, printAs);
        if ((printAs == "escpos" || (printAs is null && printer is not null && DocketPrinter.IsReceiptPrinter(printer))) && !EscPos.Knows(settings.CodePage))
        {
            throw new TillException($"Receipt printers have no table for {settings.CodePage}. Give 858, 850, 437, 852, 860, 863, 865, 866 or 1252.");
        }
        return settings;
    }

    /// <summary>What an option makes of a setting: without it the setting stays, and "" takes it away.</summary>
    private static string? Changed(string? option, string? setting) => option is null ? setting : option.Length == 0 ? null : option;
}
