using Bookmine.Schema;

namespace Bookmine.TillClient.Screens;

/// <summary>
/// What the entries of the POS screen mean, one after another: an answer to what is asked, a command, or something for the sale. A scan is
/// never an answer: it ends the question where that does no harm, and waits where it would.
/// </summary>
/// <param name="synchronise">Begins a resynchronisation, which shows its report when it ends.</param>
internal sealed class PosDialogue(PosDesk desk, Action synchronise, Action quit)
{
    private readonly PosCommands commands = new(desk, synchronise, quit);

    // A page laid over whatever is asked.
    private IReadOnlyList<string>? help;
    private int helpAt;

    private Conversation Talk => desk.Talk;

    private OpenSale Sale => desk.Sale;

    private Queue<string> Waiting => desk.Waiting;

    /// <summary>Nothing is being rung up and nothing is asked: a moment between sales.</summary>
    public bool IsIdle => desk.State is CounterState.Idle && Talk.Open is null && help is null;

    /// <summary>How wide the screen is, in columns.</summary>
    public int Width
    {
        set => Talk.Width = value;
    }

    /// <summary>Who sells; null while nobody has signed on.</summary>
    public string? Operator => desk.Operator;

    public string Message => Waiting.Count == 0 ? desk.Message : $"{Waiting.Count} scanned, waiting until this is done: {Waiting.Peek()}. {desk.Message}";

    public bool IsAlarm => desk.IsAlarm || Waiting.Count > 0;

    public bool IsPage => help is not null || Talk.Open is { Body: not null } and not Question.Choice;

    public bool IsSecret => help is null && Talk.Open is { IsSecret: true };

    /// <summary>The body line that stands out; -1 for none.</summary>
    public int Marked => help is not null ? -1
        : Talk.Open is { Body: not null } open ? open.HasMark ? Talk.At : -1
        : Sale.IsEmpty ? -1 : Sale.At;

    /// <summary>
    /// Goes on when an entry is worked off, or where an earlier program has ended. While the till can sell, a sale for which money was taken is
    /// always at its payment, so that nothing else can be done to it; then comes what was scanned in the middle of something, in its order.
    /// </summary>
    public async Task GoOnAsync()
    {
        if (desk.State is CounterState.Recovering { Money: { IsOnRecord: false } money } recovering && desk.Till.WhyNotSelling is null)
        {
            var cents = Math.Clamp(money.Cents, -Money.MostCents, Money.MostCents);
            var outcome = await desk.Till.NoteAsync(TillEvents.Unsealed, money.Text, cents, desk.Operator, cancel: desk.Cancel).ConfigureAwait(false);
            desk.State = recovering with { Money = money with { IsOnRecord = outcome.Refused is null } };
            desk.Say(money.ToTell, isAlarm: true);
        }
        if (Talk.Open is null && desk.State is CounterState.Paying && desk.Till.WhyNotSelling is null)
        {
            await Talk.BeginAsync(() => commands.RunAsync(PosCommand.Pay, [])).ConfigureAwait(false);
        }
        while (Talk.Open is null && Waiting.Count > 0 && desk.Till.WhyNotSelling is null && Waiting.TryDequeue(out var scanned))
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
            desk.Sale = Sale.Moved(by);
        }
    }

    /// <summary>An entry ended by Enter.</summary>
    /// <param name="isFast">Its characters came as fast as only a scanner types.</param>
    public async Task HandleAsync(string text, bool isFast)
    {
        help = null;
        if (Talk.Open is { } question)
        {
            if (!question.GivesWayToScans && IsCommand(text))
            {
                desk.Say($"First: {question.Prompt}. Esc goes back.", isAlarm: true);
                return;
            }
            if (await IsAnsweredAsync(question.Read(text, isFast, Talk.At)).ConfigureAwait(false))
            {
                return;
            }
            if (Talk.Open is not null)
            {
                Waiting.Enqueue(text);
                return;
            }
        }
        if (Halted() && !text.StartsWith('/'))
        {
            return;
        }
        desk.SayNothing();
        desk.Quantity = text.StartsWith('/') ? 1 : desk.Quantity;
        await (text.Length == 0 ? Task.CompletedTask : text.StartsWith('/') ? TypedAsync(text) : Talk.BeginAsync(() => new Ringing(desk).EnterAsync(text))).ConfigureAwait(false);
    }

    public Task CommandAsync(PosCommand command) => CommandAsync(command, []);

    public Task ReportAsync(SyncReport report) => Talk.BeginAsync(() => commands.ReportAsync(report));

    /// <summary>Asks whether the server's clock is right, which the server does not know.</summary>
    public Task AskClockAsync(long time, Action synchronise) => Talk.BeginAsync(() => commands.AskClockAsync(time, synchronise));

    public void Say(string text, bool isAlarm = false) => desk.Say(text, isAlarm);

    public IReadOnlyList<string> Body() => help is not null ? [.. help.Skip(helpAt)] : Talk.Open switch
    {
        { IsRead: true, Body: { } page } => [.. page.Skip(Talk.At)],
        { Body: { } body } => body,
        _ => SaleText.Lines(Sale, Talk.Width),
    };

    /// <summary>What the columns of the body are; empty where it has none.</summary>
    public string Heading() => help is not null ? "" : Talk.Open is { Body: not null } open ? open.Heading : SaleText.Heading(Sale, Talk.Width);

    public string Total() => SaleText.Total(desk);

    public string Prompt() => help is not null ? "Help (arrows move, Esc goes back)" : Talk.Open?.Prompt ?? (desk.Quantity == 1 ? "Find" : $"{desk.Quantity} x");

    /// <returns>False for what is still to be taken as an entry of the sale, or to wait.</returns>
    private async Task<bool> IsAnsweredAsync(Answering answering)
    {
        switch (answering)
        {
            case Answering.Refused refused:
                desk.Say(refused.Why, isAlarm: true);
                return true;
            case Answering.Given given:
                desk.SayNothing();
                await Talk.AnswerAsync(given.Value).ConfigureAwait(false);
                return true;
            case Answering.Leaves:
                desk.SayNothing();
                await Talk.AnswerAsync(null).ConfigureAwait(false);
                return false;
            default:
                return false;
        }
    }

    /// <summary>
    /// Before the next thing is done: money that was found again and is on record has been told. With money taken and a till that cannot seal, nothing
    /// else is begun, so that what the counter is at stays as it is until it can.
    /// </summary>
    private bool Halted()
    {
        if (desk.State is CounterState.Recovering { Money.IsOnRecord: true })
        {
            desk.State = desk.State.Told();
        }
        if (desk.State is CounterState.Idle or CounterState.Ringing || desk.Till.WhyNotSelling is not { } why)
        {
            return false;
        }
        desk.Say(why, isAlarm: true);
        return true;
    }

    private bool IsCommand(string text) => text.StartsWith('/') && text[1..].Split(' ')[0].ToLowerInvariant() is var word
        && (PosKeys.All.Any(k => k.Typed == word) || commands.Typed(word, []) is not null);

    private Task TypedAsync(string text)
    {
        if (text[1..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var first, .. var arguments])
        {
            return Task.CompletedTask;
        }
        var word = first.ToLowerInvariant();
        if (PosKeys.All.FirstOrDefault(k => k.Typed == word) is { Typed: not null } key)
        {
            return CommandAsync(key.Command, arguments);
        }
        if (commands.Typed(word, arguments) is { } run)
        {
            if (Halted())
            {
                return Task.CompletedTask;
            }
            return Talk.BeginAsync(run);
        }
        desk.Say($"{text} is no command here. F1 or /help lists them.", isAlarm: true);
        return Task.CompletedTask;
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
        if (Halted() && command is not (PosCommand.LastDocket or PosCommand.Resynchronise or PosCommand.Quit))
        {
            return;
        }
        desk.SayNothing();
        await Talk.BeginAsync(() => commands.RunAsync(command, arguments)).ConfigureAwait(false);
    }
}
