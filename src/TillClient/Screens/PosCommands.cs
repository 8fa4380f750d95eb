using Bookmine.Schema;
using Bookmine.Schema.Dockets;
using Bookmine.TillClient.Commands;
using Bookmine.TillClient.Dockets;

namespace Bookmine.TillClient.Screens;

/// <summary>What the commands of the POS screen do, by key or typed: each asks, one question after another, what it has to know.</summary>
/// <param name="synchronise">Begins a resynchronisation, which shows its report when it ends.</param>
internal sealed class PosCommands(PosDesk desk, Action synchronise, Action quit)
{
    private const int ReportWidth = 78;
    private const string FollowOn = "    ";

    // The server has the whole list; who has not made an edit again by then does not miss it.
    private const int MostDropped = 100;
    private const string NoPrinter = "This till has no printer. The manager can set one.";

    private OpenSale Sale => desk.Sale;

    /// <summary>What a key stands for.</summary>
    public Task RunAsync(PosCommand command, string[] arguments)
    {
        switch (command)
        {
            case PosCommand.Contact:
                return new Ringing(desk).ContactAsync(string.Join(' ', arguments));
            case PosCommand.RemoveLine:
                return new LineEditing(desk).RemoveAsync(arguments);
            case PosCommand.EditLine:
                return new LineEditing(desk).AskAsync();
            case PosCommand.Hold:
                return HoldAsync();
            case PosCommand.LastDocket when arguments.Length == 0 && desk.LastNumber is null:
                desk.Say("Nothing was sold here lately. /docket D12345 shows any docket.");
                return Task.CompletedTask;
            case PosCommand.LastDocket:
                return desk.ShowDocketAsync(arguments.Length > 0 ? arguments[0] : desk.LastNumber!);
            case PosCommand.Other:
                return new OtherTransactions(desk).RunAsync();
            case PosCommand.Pay:
                return PayAsync();
            case PosCommand.SignOn:
                return new SigningOn(desk).AskAsync();
            case PosCommand.Resynchronise:
                synchronise();
                return Task.CompletedTask;
            default:
                Quit();
                return Task.CompletedTask;
        }
    }

    /// <summary>What a typed command does that has no key; null when there is no such command.</summary>
    public Func<Task>? Typed(string word, string[] arguments)
    {
        var text = string.Join(' ', arguments);
        return word switch
        {
            "clear" => ClearAsync,
            "new" => () => new Ringing(desk).NewItemAsync(arguments.Length > 0 ? arguments[0] : ""),
            "newcontact" => () => new Ringing(desk).NewContactAsync(),
            "note" => () => NoteAsync(text),
            "edit" => () => new RecordForms(desk).EditAsync(text),
            "email" => () => new RecordForms(desk).EmailAsync(text),
            "again" => () => new RecordForms(desk).AgainAsync(desk.Dropped),
            "pin" => () => new SigningOn(desk).ChangePinAsync(),
            "drawer" => () => new OtherTransactions(desk).NoSaleAsync(text),
            "print" => () => PrintAsync(arguments),
            "gift" => () => PrintDocketAsync(arguments.Length > 0 ? arguments[0] : desk.LastNumber, isGift: true),
            "refund" => () => new Refunding(desk).RunAsync(arguments),
            "qty" or "price" or "disc" => () => new LineEditing(desk).TypedAsync(word, arguments),
            _ => null,
        };
    }

    /// <summary>Shows the report of a resynchronisation, prints it where that is asked, and offers to make again what was dropped.</summary>
    public async Task ReportAsync(SyncReport report)
    {
        var lines = ResyncCommands.Text(report).Split('\n');
        var shown = lines.SelectMany(l => l.Length <= ReportWidth ? [l] : SlipText.Wrap(l, ReportWidth - FollowOn.Length).Select((part, i) => (i == 0 ? "  " : FollowOn) + part)).ToList();
        desk.Dropped.AddRange(report.Dropped);
        desk.Dropped.RemoveRange(0, Math.Max(desk.Dropped.Count - MostDropped, 0));
        var prompt = report.Dropped.Count > 0 ? "Report (p prints it, Enter: make again what was dropped)" : "Report (p prints it, Esc: back)";
        var answer = await desk.Talk.ShowAsync(shown, prompt, word: "p").ConfigureAwait(false);
        if (answer == "p")
        {
            desk.Printer.Print(Slip.OfLines("REPORT", desk.Till.Settings.Columns, lines));
            desk.Say(desk.Till.Settings.Printer is null ? NoPrinter : "The report is printed.");
        }
        if (answer is not null && report.Dropped.Count > 0)
        {
            await new RecordForms(desk).AgainAsync(desk.Dropped).ConfigureAwait(false);
        }
    }

    public async Task AskClockAsync(long time, Action synchronise)
    {
        string[] body =
        [
            "", "  The server has started, and does not know whether its clock is right.",
            "  What you sell is kept here and posted as soon as somebody says so.", "", $"  Its clock says {desk.Till.Spoken(time)}.",
        ];
        if (!await desk.Talk.ConfirmAsync("Is that the time?", body).ConfigureAwait(false))
        {
            desk.Say("Tell the manager: the server's clock is to be set. Sell on: it is posted then. F9 asks again.", isAlarm: true);
            return;
        }
        await desk.Till.AcceptClockAsync(time, desk.Operator, desk.Cancel).ConfigureAwait(false);
        desk.Say("Thank you. The server posts again.");
        synchronise();
    }

    /// <summary>A sale that was open when the program ended is there before anybody has signed on.</summary>
    private async Task PayAsync()
    {
        if (await new SigningOn(desk).EnsureAsync().ConfigureAwait(false))
        {
            await Paying.SaleAsync(desk).ConfigureAwait(false);
        }
    }

    private async Task NoteAsync(string text)
    {
        if ((text.Length > 0 ? text : await desk.Talk.TextAsync("Note on the sale (- for none)", Sale.Note ?? "").ConfigureAwait(false)) is { } note)
        {
            desk.Sale = Sale with { Note = note == "-" ? null : note };
            desk.Say(Sale.Note is null ? "The sale has no note." : $"Note: {Sale.Note}");
        }
    }

    /// <summary>Prints a docket again; without a number, what waits for the printer, or else the last docket.</summary>
    private Task PrintAsync(string[] arguments)
    {
        if (arguments is ["drop"])
        {
            desk.Say($"{Counted.Of(desk.Printer.Waiting, "slip is", "slips are")} not printed any more.");
            desk.Printer.Forget();
        }
        else if (arguments.Length == 0 && desk.Printer.Waiting > 0)
        {
            desk.Say($"{Counted.Of(desk.Printer.Waiting, "slip is", "slips are")} tried again.");
            desk.Printer.TryAgain();
        }
        else
        {
            return PrintDocketAsync(arguments.Length > 0 ? arguments[0] : desk.LastNumber, isGift: false);
        }
        return Task.CompletedTask;
    }

    /// <param name="isGift">For whoever is given the goods: without prices.</param>
    private async Task PrintDocketAsync(string? number, bool isGift)
    {
        if (number is null)
        {
            desk.Say($"Nothing was sold here lately. /{(isGift ? "gift" : "print")} D12345 prints any.");
        }
        else if (await desk.Till.DocketAsync(number, isGift, desk.Cancel).ConfigureAwait(false) is { } docket)
        {
            desk.Printer.Print(isGift ? docket : docket.AsCopy());
            desk.Say(desk.Till.Settings.Printer is null ? NoPrinter : $"{(isGift ? "A gift receipt of " : "")}{number} is printed.");
        }
        else
        {
            desk.Say($"There is no docket: {desk.Till.WhyNotFound(number)}.", isAlarm: true);
        }
    }

    private void Quit()
    {
        // A till that cannot sell can be left: what is open is there again at the next start, as held sales are.
        if (Sale.IsEmpty || desk.Till.WhyNotSelling is not null)
        {
            quit();
            return;
        }
        desk.Say("A sale is open: pay it (F12), hold it (F5), or drop it (/clear) first.", isAlarm: true);
    }

    private async Task ClearAsync()
    {
        if (Sale.IsEmpty)
        {
            var aside = string.Join(" and the ", new[] { Sale.Contact is null ? null : "contact", Sale.Note is null ? null : "note" }.OfType<string>());
            desk.Sale = OpenSale.Empty;
            desk.Say(aside.Length > 0 ? $"The {aside} for the next sale {(aside.Contains(' ', StringComparison.Ordinal) ? "are" : "is")} taken off." : "No sale is open.");
        }
        else if (await desk.NoteAsync(TillEvents.SaleDropped, Counted.Copies(Sale.Copies), Sale.TotalCents).ConfigureAwait(false))
        {
            desk.Sale = OpenSale.Empty;
            desk.Say("The sale is dropped.");
        }
    }

    /// <summary>Puts the open sale aside, or takes one up again.</summary>
    private async Task HoldAsync()
    {
        if (!Sale.IsEmpty)
        {
            desk.Held.Add(Sale);
            desk.Sale = OpenSale.Empty;
            desk.Say($"The sale is held; {desk.Held.Count} now. F5 takes one up again.");
        }
        else if (desk.Held.Count == 0)
        {
            desk.Say("No sale is held.");
        }
        else if (await ChooseHeldAsync().ConfigureAwait(false) is { } chosen)
        {
            desk.Sale = desk.Held[chosen];
            desk.Held.RemoveAt(chosen);
        }
    }

    private async Task<int?> ChooseHeldAsync() => desk.Held.Count == 1 ? 0 : await desk.Talk.ChooseAsync(
        "Which sale", desk.Held.Select(b => $"{Counted.Copies(b.Copies),11} {Money.Format(b.TotalCents),10}  {b.Contact?.Name} {TextColumns.Fit(b.Lines[0].Item.Title, 30)}"),
        heading: $"{"Copies",11} {"Total",10}  Customer and first title").ConfigureAwait(false);
}
