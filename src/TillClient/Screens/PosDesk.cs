using System.Globalization;
using Bookmine.Schema;
using Bookmine.Schema.Dockets;
using Bookmine.TillClient.Dockets;
using Bookmine.TillClient.Selling;

namespace Bookmine.TillClient.Screens;

/// <summary>What the parts of the POS screen share: the till, the open sale, who sells, and what is said.</summary>
internal sealed class PosDesk
{
    public PosDesk(Till till, TimeProvider clock, SlipPrinter printer, CancellationToken cancel)
    {
        (Till, Clock, Printer, Cancel) = (till, clock, printer, cancel);
        Talk = new Conversation(Say);
        WrongPins = new WrongPins(clock);
    }

    private string? lastNumber;

    public Till Till { get; }

    public TimeProvider Clock { get; }

    public CancellationToken Cancel { get; }

    public SlipPrinter Printer { get; }

    public Conversation Talk { get; }

    public WrongPins WrongPins { get; }

    /// <summary>What the counter is at.</summary>
    public CounterState State { get; set; } = new CounterState.Idle(OpenSale.Empty);

    /// <summary>The sale that is being rung up; empty between sales.</summary>
    public OpenSale Sale
    {
        get => State.Sale;
        set => State = State.With(value);
    }

    /// <summary>Sales put aside, the oldest first.</summary>
    public List<OpenSale> Held { get; } = [];

    /// <summary>Who sells; null while nobody has signed on, where the shop has no operators.</summary>
    public string? Operator { get; set; }

    /// <summary>Copies that the very next entry stands for.</summary>
    public long Quantity { get; set; } = 1;

    /// <summary>What was scanned in the middle of something, in its order.</summary>
    public Queue<string> Waiting { get; } = new();

    /// <summary>What reports have told of and was not made again.</summary>
    public List<DroppedEdit> Dropped { get; } = [];

    /// <summary>The change of the last payment, in view until the next one.</summary>
    public long ChangeCents { get; set; }

    public string Message { get; private set; } = "";

    public bool IsAlarm { get; private set; }

    /// <summary>The number of the last transaction made here, also by an earlier program.</summary>
    public string? LastNumber
    {
        get => lastNumber ?? Till.Records.LastNumber;
        private set => lastNumber = value;
    }

    public void Say(string text, bool isAlarm = false) => (Message, IsAlarm) = (text, isAlarm);

    public void SayNothing() => Say("");

    /// <summary>Seals the open sale as it is drafted, and begins the next.</summary>
    public async Task<(Outcome Outcome, long? TransId)> SellAsync(SaleDraft draft)
    {
        var made = await Till.SellAsync(draft, Cancel).ConfigureAwait(false);
        if (made.Outcome.Refused is null)
        {
            State = new CounterState.Idle(OpenSale.Empty);
        }
        return made;
    }

    /// <summary>Tells that a transaction was made, and prints its docket.</summary>
    /// <returns>False when it was refused, which was told.</returns>
    public async Task<bool> MadeAsync((Outcome Outcome, long? TransId) made, Func<string, string> text)
    {
        if (made.Outcome.Refused is { } refused)
        {
            Say($"{char.ToUpperInvariant(refused.Reason[0])}{refused.Reason[1..]}. {refused.Remedy}", isAlarm: true);
            return false;
        }
        LastNumber = made.TransId?.ToString(CultureInfo.InvariantCulture) ?? DocketNumber.D(made.Outcome.Entry!.Number!.Value).ToString();
        Say(text(LastNumber!));
        if (made.Outcome.Warning is { } warning)
        {
            Say($"{Message}  {warning}", isAlarm: true);
        }
        try
        {
            if (await Till.DocketAsync(LastNumber!, cancel: Cancel).ConfigureAwait(false) is { } docket)
            {
                Printer.Print(docket);
            }
        }
#pragma warning disable CA1031 // It is sealed: whatever becomes of its docket must not hide its number and the change.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Till.NoteFault(e);
            Say($"{Message}  No docket: {e.Message}", isAlarm: true);
        }
#pragma warning restore CA1031
        return true;
    }

    /// <summary>Puts on record what is no transaction, and who did it.</summary>
    /// <returns>False when it was refused, which was told.</returns>
    public async Task<bool> NoteAsync(string kind, string text, long amountCents, DrawerFigures? figures = null)
    {
        if (!await new SigningOn(this).EnsureAsync().ConfigureAwait(false))
        {
            return false;
        }
        // No amount of an event is beyond what a bookshop's can be, whatever was typed into the sale that it tells of.
        var outcome = await Till.NoteAsync(kind, text, Math.Clamp(amountCents, -Money.MostCents, Money.MostCents), Operator, figures, Cancel).ConfigureAwait(false);
        if (outcome.Refused is { } refused)
        {
            Say($"{refused.Reason}. {refused.Remedy}", isAlarm: true);
        }
        return outcome.Refused is null;
    }

    public async Task ShowDocketAsync(string number)
    {
        if (await DocketAsync(number).ConfigureAwait(false) is { } lines)
        {
            await Talk.ShowAsync(lines).ConfigureAwait(false);
        }
    }

    /// <summary>A docket's lines; null when there is none, which was told.</summary>
    public async Task<IReadOnlyList<string>?> DocketAsync(string number)
    {
        if (await Till.DocketAsync(number, cancel: Cancel).ConfigureAwait(false) is { } docket)
        {
            return docket.ToText().TrimEnd().Split('\n');
        }
        Say($"There is no docket: {Till.WhyNotFound(number)}.", isAlarm: true);
        return null;
    }
}
