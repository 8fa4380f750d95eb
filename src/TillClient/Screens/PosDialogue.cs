using Bookmine.Schema;
using Bookmine.TillClient.Commands;
using Bookmine.TillClient.Dockets;

namespace Bookmine.TillClient.Screens;

/// <summary>
/// What the entries of the POS screen mean, one after another: an answer to what is asked, a command, or something for the sale. A scan is
/// never an answer: it ends the question where that does no harm, and waits where it would.
/// </summary>
/// <param name="synchronise">Begins a resynchronisation, which shows its report when it ends.</param>
internal sealed class PosDialogue(PosDesk desk, Action synchronise, Action quit)
{
    private const int ReportWidth = 78;
    private const string FollowOn = "    ";
    private const string NoPrinter = "This till has no printer: bookmine-till set --desk.Printer.";

    // A page laid over whatever is asked.
    private IReadOnlyList<string>? help;

    // What reports have told of and was not made again.
    private readonly List<Bookmine.Sync.Interceptors.DroppedField> dropped = [];
    private int helpAt;

    private Conversation Talk => desk.Talk;

    private Basket Basket => desk.Basket;

    private Queue<string> Waiting => desk.Waiting;

    /// <summary>Nothing is being rung up and nothing is asked: a moment between sales.</summary>
    public bool IsIdle => Basket.IsEmpty && Talk.Open is null && help is null;

    /// <summary>Who sells; null while nobody has signed on.</summary>
    public string? Operator => desk.Operator;

    public string Message => Waiting.Count == 0 ? desk.Message : $"{Waiting.Count} scanned, waiting until this is done: {Waiting.Peek()}. {desk.Message}";

    public bool IsAlarm => desk.IsAlarm || Waiting.Count > 0;

    public bool IsPage => help is not null || Talk.Open is { IsChoice: false, Body: not null };

    public bool IsSecret => help is null && Talk.Open is { IsSecret: true };

    /// <summary>The body line that stands out; -1 for none.</summary>
    public int Marked => help is not null ? -1 : Talk.Open switch { { Body: not null, IsPage: false } => Talk.At, { Body: not null } => -1, _ => Basket.IsEmpty ? -1 : Basket.At };

    /// <summary>
    /// Goes on when an entry is worked off, or where an earlier program has ended. A sale for which money was taken is always at its payment, so
    /// that nothing else can be done to it; then comes what was scanned in the middle of something, in its order.
    /// </summary>
    public async Task GoOnAsync()
    {
        if (Talk.Open is null && Basket.Tender.Payments.Count > 0 && desk.Till.WhyNotSelling is null)
        {
            await Talk.BeginAsync(PayAsync).ConfigureAwait(false);
        }
        while (Talk.Open is null && Waiting.TryDequeue(out var scanned))
        {
            await Talk.BeginAsync(() => new Ringing(desk).EnterAsync(scanned)).ConfigureAwait(false);
        }
    }

    /// <summary>Esc: one step back.</summary>
    public async Task BackAsync()
    {
        if (help is not null)
        {
            help = null;
        }
        else if (Talk.Open is null)
        {
            desk.Quantity = 1;
            desk.SayNothing();
        }
        else
        {
            desk.SayNothing();
            await Talk.AnswerAsync(null).ConfigureAwait(false);
        }
    }

    /// <summary>Up or down a choice, a page, or the lines of the sale.</summary>
    public void Move(int by)
    {
        if (help is not null)
        {
            helpAt = Math.Clamp(helpAt + by, 0, help.Count - 1);
        }
        else if (Talk.Open?.Body is not null)
        {
            Talk.Move(by);
        }
        else
        {
            Basket.Move(by);
        }
    }

    /// <summary>Shows the report of a resynchronisation, prints it where that is asked, and offers to make again what was dropped.</summary>
    public Task ReportAsync(SyncReport report) => Talk.BeginAsync(async () =>
    {
        var lines = ResyncCommands.Text(report).Split('\n');
        var shown = lines.SelectMany(l => l.Length <= ReportWidth ? [l] : DocketText.Wrap(l, ReportWidth - FollowOn.Length).Select((part, i) => (i == 0 ? "  " : FollowOn) + part)).ToList();
        var prompt = report.Dropped.Count > 0 ? "Report (p prints it, Enter: make again what was dropped)" : "Report (p prints it, Esc: back)";
        if (await Talk.AskAsync(new Question(prompt) { Body = shown, IsPage = true, GivesWayToScans = true, TakesWord = "p" }).ConfigureAwait(false) == "p")
        {
            desk.Printer.Print(Slip.OfLines("REPORT", desk.Till.Settings.Columns, lines));
            desk.Say(desk.Till.Settings.Printer is null ? NoPrinter : "The report is printed.");
        }
        if (report.Dropped.Count > 0)
        {
            dropped.AddRange(report.Dropped);
            await new RecordForms(desk).AgainAsync(dropped).ConfigureAwait(false);
        }
    });

    /// <summary>An entry ended by Enter.</summary>
    /// <param name="isFast">Its characters came as fast as only a scanner types.</param>
    public async Task HandleAsync(string text, bool isFast)
    {
        help = null;
        if (Talk.Open is { } question)
        {
            // A command leaves what a scan would leave.
            var isEntry = (Scan.IsOne(text, isFast) && question.TakesScan?.Invoke(text) != true) || (text.StartsWith('/') && question.GivesWayToScans);
            if (await AnswersAsync(question, text, isEntry).ConfigureAwait(false))
            {
                return;
            }
            if (Talk.Open is not null)
            {
                Waiting.Enqueue(text);
                return;
            }
        }
        desk.SayNothing();
        desk.Quantity = text.StartsWith('/') ? 1 : desk.Quantity;
        await (text.Length == 0 ? Task.CompletedTask : text.StartsWith('/') ? TypedAsync(text) : Talk.BeginAsync(() => new Ringing(desk).EnterAsync(text))).ConfigureAwait(false);
    }

    public Task CommandAsync(PosCommand command) => CommandAsync(command, []);

    public void Say(string text, bool isAlarm = false) => desk.Say(text, isAlarm);

    public IReadOnlyList<string> Body() => help is not null ? [.. help.Skip(helpAt)] : Talk.Open switch
    {
        { IsPage: true, Body: { } page } => [.. page.Skip(Talk.At)],
        { Body: { } body } => body,
        _ => SaleText.Lines(Basket),
    };

    public string Total() => SaleText.Total(desk);

    public string Prompt() => help is not null ? "Help (arrows move, Esc goes back)" : Talk.Open?.Prompt ?? (desk.Quantity == 1 ? "Find" : $"{desk.Quantity} x");

    /// <returns>Whether the text was an answer; otherwise it is still to be taken as an entry of the sale, or to wait.</returns>
    private async Task<bool> AnswersAsync(Question question, string text, bool isEntry)
    {
        var answer = question switch
        {
            { IsPage: true } => text.Length == 0 || text == question.TakesWord ? text : null,
            _ when isEntry => null,
            { IsChoice: true } => ChoiceOf(question, text),
            _ => text,
        };
        if (answer is null && !(question.GivesWayToScans || (question.IsChoice && !isEntry)))
        {
            return false;
        }
        if (answer is null && !isEntry && question.IsChoice && !question.GivesWayToScans)
        {
            desk.Say($"“{text}” is none of these. Type a number, or choose with the arrows and Enter; Esc goes back.", isAlarm: true);
            return true;
        }
        desk.SayNothing();
        await Talk.AnswerAsync(answer).ConfigureAwait(false);
        return answer is not null;
    }

    /// <summary>By its number, by words that only it begins with, or with Enter the marked one.</summary>
    private string? ChoiceOf(Question question, string text)
    {
        if (text.Length == 0)
        {
            return $"{Talk.At}";
        }
        var lines = question.Body!;
        var chosen = int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number - 1
            : lines.Index().Where(l => l.Item[Conversation.NumberWidth..].StartsWith(text, StringComparison.OrdinalIgnoreCase)).Select(l => l.Index).ToList() is [var only] ? only : -1;
        return chosen >= 0 && chosen < lines.Count ? $"{chosen}" : null;
    }

    private Task TypedAsync(string text)
    {
        var words = text[1..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
        {
            return Task.CompletedTask;
        }
        var (word, arguments) = (words[0].ToLowerInvariant(), words[1..]);
        if (PosKeys.All.FirstOrDefault(k => k.Typed == word) is { Typed: not null } key)
        {
            return CommandAsync(key.Command, arguments);
        }
        switch (word)
        {
            case "clear":
                return Talk.BeginAsync(ClearAsync);
            case "new":
                return Talk.BeginAsync(() => new Ringing(desk).NewItemAsync(arguments.Length > 0 ? arguments[0] : ""));
            case "newcontact":
                return Talk.BeginAsync(() => new Ringing(desk).NewContactAsync());
            case "note":
                Basket.Note = arguments.Length > 0 ? string.Join(' ', arguments) : null;
                desk.Say(Basket.Note is null ? "The sale has no note." : $"Note: {Basket.Note}");
                return Task.CompletedTask;
            case "edit":
                return Talk.BeginAsync(() => new RecordForms(desk).EditAsync(string.Join(' ', arguments)));
            case "email":
                return Talk.BeginAsync(() => new RecordForms(desk).EmailAsync(string.Join(' ', arguments)));
            case "again":
                return Talk.BeginAsync(() => new RecordForms(desk).AgainAsync(dropped));
            case "drawer":
                return Talk.BeginAsync(() => new OtherTransactions(desk).NoSaleAsync(string.Join(' ', arguments)));
            case "print":
                return Talk.BeginAsync(() => PrintAsync(arguments));
            case "refund":
                return Talk.BeginAsync(() => new Refunding(desk).RunAsync(arguments));
            case var _ when new LineEditing(desk).Typed(word, arguments):
                return Task.CompletedTask;
            default:
                desk.Say($"{text} is no command here. F1 or /help lists them.", isAlarm: true);
                return Task.CompletedTask;
        }
    }

    private async Task CommandAsync(PosCommand command, string[] arguments)
    {
        if (command == PosCommand.Help)
        {
            (help, helpAt) = (PosKeys.Page, 0);
            return;
        }
        help = null;
        desk.Quantity = 1;
        if (Talk.Open is { GivesWayToScans: true })
        {
            await Talk.AnswerAsync(null).ConfigureAwait(false);
        }
        if (Talk.Open is { } question)
        {
            desk.Say($"First: {question.Prompt}. Esc goes back.", isAlarm: true);
            return;
        }
        desk.SayNothing();
        await Talk.BeginAsync(() => RunAsync(command, arguments)).ConfigureAwait(false);
    }

    private Task RunAsync(PosCommand command, string[] arguments)
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

    /// <summary>A sale that was open when the program ended is there before anybody has signed on.</summary>
    private async Task PayAsync()
    {
        if (await new SigningOn(desk).EnsureAsync().ConfigureAwait(false))
        {
            await Paying.SaleAsync(desk).ConfigureAwait(false);
        }
    }

    /// <summary>Prints a docket again; without a number, what waits for the printer, or else the last docket.</summary>
    private async Task PrintAsync(string[] arguments)
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
        else if ((arguments.Length > 0 ? arguments[0] : desk.LastNumber) is not { } number)
        {
            desk.Say("Nothing was sold here lately. /print D12345 prints any docket.");
        }
        else if (await desk.Till.DocketAsync(number, desk.Cancel).ConfigureAwait(false) is { } docket)
        {
            desk.Printer.Print(docket.AsCopy());
            desk.Say(desk.Till.Settings.Printer is null ? NoPrinter : $"{number} is printed.");
        }
        else
        {
            desk.Say($"There is no docket: {desk.Till.WhyNotFound(number)}.", isAlarm: true);
        }
    }

    private void Quit()
    {
        // A till that cannot sell can be left: what is open is there again at the next start.
        // Held sales are there again at the next start.
        if (Basket.IsEmpty || desk.Till.WhyNotSelling is not null)
        {
            quit();
            return;
        }
        desk.Say("A sale is open: pay it (F12), hold it (F5), or drop it (/clear) first.", isAlarm: true);
    }

    private async Task ClearAsync()
    {
        if (Basket.IsEmpty || await desk.NoteAsync(TillEvents.SaleDropped, Counted.Copies(Basket.Copies), Basket.TotalCents).ConfigureAwait(false))
        {
            desk.Basket = new Basket();
            desk.Say("The sale is dropped.");
        }
    }

    /// <summary>Puts the open sale aside, or takes one up again.</summary>
    private async Task HoldAsync()
    {
        if (!Basket.IsEmpty)
        {
            desk.Held.Add(Basket);
            desk.Basket = new Basket();
            desk.Say($"The sale is held; {desk.Held.Count} now. F5 takes one up again.");
        }
        else if (desk.Held.Count == 0)
        {
            desk.Say("No sale is held.");
        }
        else if (await ChooseHeldAsync().ConfigureAwait(false) is { } chosen)
        {
            desk.Basket = desk.Held[chosen];
            desk.Held.RemoveAt(chosen);
        }
    }

    private async Task<int?> ChooseHeldAsync() => desk.Held.Count == 1 ? 0 : await Talk.ChooseAsync(
        "Which sale", desk.Held.Select(b => $"{Counted.Copies(b.Copies),11} {Money.Format(b.TotalCents),10}  {b.Contact?.Name} {PosDesk.Fit(b.Lines[0].Item.Title, 30)}")).ConfigureAwait(false);
}
