using System.Globalization;
using Bookmine.Schema;
using Bookmine.TillClient.Finding;
using Bookmine.TillClient.Selling;

namespace Bookmine.TillClient.Screens;

/// <summary>What the entries of the POS screen mean, one after another: selling, choosing, pricing, paying, showing a page.</summary>
/// <param name="synchronise">Begins a resynchronisation, which shows its report when it ends.</param>
internal sealed class PosDialogue(Till till, TimeProvider clock, Action synchronise, Action quit, CancellationToken cancel)
{
    private const int MostQty = 9_999;
    private readonly Basket basket = new();
    private Mode mode = Mode.Selling;
    private IReadOnlyList<string> page = [];
    private IReadOnlyList<FoundStock> choices = [];
    private int chosen;
    private long quantity = 1;
    private string message = "";
    private bool alarm;
    private string? lastNumber;
    private string question = "";
    private Func<Task> confirm = () => Task.CompletedTask;

    private enum Mode
    {
        Selling,
        Choosing,
        Pricing,
        Paying,
        Confirming,
        Showing,
    }

    /// <summary>Nothing is being rung up and nothing is shown: a moment between sales.</summary>
    public bool IsIdle => basket.IsEmpty && mode == Mode.Selling;

    public string Message => message;

    public bool IsAlarm => alarm;

    public bool IsPage => mode is Mode.Showing or Mode.Confirming;

    /// <summary>The body line that stands out; -1 for none.</summary>
    public int Marked => mode == Mode.Choosing ? chosen : -1;

    /// <summary>Esc: one step back.</summary>
    public void Back()
    {
        if (mode == Mode.Paying)
        {
            basket.UndoPayments();
        }
        (mode, message, alarm, quantity) = (Mode.Selling, "", false, 1);
    }

    /// <summary>Up or down a choice or a page.</summary>
    public void Move(int by) => chosen = Math.Clamp(chosen + by, 0, Math.Max((mode == Mode.Choosing ? choices.Count : page.Count) - 1, 0));

    public void Show(IReadOnlyList<string> lines) => (mode, page, chosen) = (Mode.Showing, lines, 0);

    /// <summary>An entry ended by Enter.</summary>
    public Task HandleAsync(string text)
    {
        (message, alarm) = ("", false);
        if (text.StartsWith('/'))
        {
            var words = text[1..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return words.Length == 0 ? Task.CompletedTask : TypedAsync(words[0].ToLowerInvariant(), words[1..]);
        }
        switch (mode)
        {
            case Mode.Choosing: return ChooseAsync(text);
            case Mode.Pricing: return PriceAsync(text);
            case Mode.Paying: return PayAsync(text);
            case Mode.Confirming: return ConfirmAsync(text);
            default:
                mode = Mode.Selling;
                return text.Length == 0 ? Task.CompletedTask : ScanAsync(text);
        }
    }

    private async Task ScanAsync(string text)
    {
        var star = text.IndexOf('*', StringComparison.Ordinal);
        if (star > 0 && int.TryParse(text[..star], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var qty) && qty != 0)
        {
            if (Math.Abs(qty) > MostQty)
            {
                Say($"{qty} copies are too many: at most {MostQty}.", isAlarm: true);
                return;
            }
            quantity = qty;
            if (text[(star + 1)..].Trim() is not { Length: > 0 } rest)
            {
                return;
            }
            text = rest;
        }
        var found = await till.FindAsync(text, cancel).ConfigureAwait(false);
        switch (found)
        {
            case []:
                Say($"Nothing found: {await till.WhyNotFoundAsync(text).ConfigureAwait(false)}.", isAlarm: true);
                break;
            case [FoundTransaction { Transaction: var transaction }]:
                await ShowDocketAsync(transaction.TransId is { } id ? id.ToString(CultureInfo.InvariantCulture) : transaction.Docket).ConfigureAwait(false);
                break;
            case [FoundStock one]:
                Take(one);
                break;
            case [FoundContact contact]:
                basket.Contact = contact;
                Say($"The sale is linked to {contact.Name}.");
                break;
            default:
                (choices, chosen) = ([.. found.OfType<FoundStock>()], 0);
                page = [.. found.OfType<FoundContact>().Select(c => $"{c.Name}  {c.Email}  {c.Phone}")];
                mode = choices.Count > 0 ? Mode.Choosing : Mode.Showing;
                break;
        }
    }

    private Task ChooseAsync(string text)
    {
        if (text.Length == 0 || (int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= choices.Count && (chosen = number - 1) >= 0))
        {
            mode = Mode.Selling;
            Take(choices[chosen]);
            return Task.CompletedTask;
        }
        mode = Mode.Selling;
        return ScanAsync(text);
    }

    private void Take(FoundStock item)
    {
        if (item.PriceCents is { } price)
        {
            basket.Add(item, quantity, price, clock.GetUtcNow());
            quantity = 1;
            return;
        }
        (mode, choices, chosen) = (Mode.Pricing, [item], 0);
    }

    private Task PriceAsync(string text)
    {
        if (!Money.TryParse(text, out var price) || price < 0)
        {
            Say($"“{text}” is no price. Type one such as 17.95, or Esc.", isAlarm: true);
            return Task.CompletedTask;
        }
        mode = Mode.Selling;
        basket.Add(choices[0], quantity, price, clock.GetUtcNow());
        quantity = 1;
        return Task.CompletedTask;
    }

    /// <summary>Enter alone: exactly in cash. An amount: cash. <c>card</c> or <c>card 10.00</c>: that method.</summary>
    private async Task PayAsync(string text)
    {
        var due = basket.TotalCents - basket.PaidCents;
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var methods = till.PaymentMethods();
        var method = words.Length > 0 ? methods.FirstOrDefault(m => m.Code.StartsWith(words[0], StringComparison.OrdinalIgnoreCase)) : methods.First(m => m.Code == "cash");
        var amountText = words switch { [] => null, [var only] => method.Code is null ? only : null, [_, var amount, ..] => amount };
        method = method.Code is null ? methods.First(m => m.Code == "cash") : method;
        var given = due;
        if (amountText is not null && (!Money.TryParse(amountText, out given) || Math.Sign(given) != Math.Sign(due)))
        {
            Say($"“{amountText}” is no amount to pay {Money.Format(due)} with. Type 20.00, card, or card 10.00; Esc goes back.", isAlarm: true);
            return;
        }
        if (Math.Abs(given) > Math.Abs(due) && !method.GivesChange)
        {
            Say($"{method.Name} gives no change: at most {Money.Format(due)}.", isAlarm: true);
            return;
        }
        basket.Pay(method.Code, given);
        if (Math.Abs(given) < Math.Abs(due))
        {
            return;
        }
        if (given != due)
        {
            basket.Pay(method.Code, due - given, change: true);
        }
        try
        {
            await FinishAsync(given - due).ConfigureAwait(false);
        }
        catch
        {
            // Nothing was sealed: what was taken is to be given again.
            basket.UndoPayments();
            throw;
        }
    }

    private async Task FinishAsync(long changeCents)
    {
        var (outcome, transId) = await till.SellAsync(basket.ToDraft(), cancel).ConfigureAwait(false);
        mode = Mode.Selling;
        if (outcome.Refused is { } refused)
        {
            basket.UndoPayments();
            Say($"Not sold: {refused.Reason}. {refused.Remedy}", isAlarm: true);
            return;
        }
        lastNumber = transId?.ToString(CultureInfo.InvariantCulture) ?? DocketNumber.D(outcome.Entry!.Number!.Value).ToString();
        Say($"{lastNumber}  {Money.Format(basket.TotalCents)}{(changeCents != 0 ? $"   CHANGE {Money.Format(changeCents)}" : "")}   (F7 docket)");
        basket.Clear();
        if (await till.PrintAsync(lastNumber, cancel).ConfigureAwait(false) is { } fault)
        {
            Say($"{message}  {fault}", isAlarm: true);
        }
    }

    private Task TypedAsync(string word, string[] arguments)
    {
        if (PosKeys.All.FirstOrDefault(k => k.Typed == word) is { Typed: not null } key)
        {
            return CommandAsync(key.Command, arguments);
        }
        switch (word)
        {
            case "clear":
                basket.Clear();
                mode = Mode.Selling;
                return Task.CompletedTask;
            case "price" or "disc" when Line(arguments) is { } line && arguments.Length == 2 && Money.TryParse(arguments[1], out var cents) && cents >= 0:
                var old = basket.Lines[line];
                if (word == "disc" && cents > Math.Abs(old.Qty * old.PriceCents))
                {
                    Say($"{Money.Format(cents)} is more than the line's {Money.Format(Math.Abs(old.Qty * old.PriceCents))}.", isAlarm: true);
                    return Task.CompletedTask;
                }
                basket.Replace(line, word == "price" ? old with { PriceCents = cents } : old with { DiscountCents = Math.Sign(old.Qty) * cents });
                return Task.CompletedTask;
            case "refund" when arguments.Length is 1 or 2:
                return AskRefundAsync(arguments);
            case "price" or "disc":
                Say($"/{word} takes a line of this sale and an amount, such as /{word} 1 12.50.", isAlarm: true);
                return Task.CompletedTask;
            default:
                Say($"/{word} {string.Join(' ', arguments)} is no command here. F1 or /help lists them.", isAlarm: true);
                return Task.CompletedTask;
        }
    }

    public async Task CommandAsync(PosCommand command, string[] arguments)
    {
        (message, alarm) = ("", false);
        switch (command)
        {
            case PosCommand.Help:
                Show(PosKeys.Page);
                break;
            case PosCommand.Pay when basket.IsEmpty:
                Say("There is nothing to pay yet.");
                break;
            case PosCommand.Pay:
                mode = Mode.Paying;
                break;
            case PosCommand.RemoveLine when basket.IsEmpty || (arguments.Length > 0 && Line(arguments) is null):
                Say("There is no such line.");
                break;
            case PosCommand.RemoveLine:
                basket.Remove(arguments.Length > 0 ? Line(arguments)!.Value : basket.Lines.Count - 1);
                break;
            case PosCommand.LastDocket when arguments.Length == 0 && lastNumber is null:
                Say("Nothing was sold yet in this session. /docket D12345 shows any docket.");
                break;
            case PosCommand.LastDocket:
                await ShowDocketAsync(arguments.Length > 0 ? arguments[0] : lastNumber!).ConfigureAwait(false);
                break;
            case PosCommand.Resynchronise:
                synchronise();
                break;
            case PosCommand.Quit when !basket.IsEmpty:
                Say("A sale is open: pay it (F12) or drop it (/clear) first.", isAlarm: true);
                break;
            case PosCommand.Quit:
                quit();
                break;
        }
    }

    /// <summary>Money is given back only after the docket was shown and the refund confirmed.</summary>
    private async Task AskRefundAsync(string[] arguments)
    {
        await ShowDocketAsync(arguments[0]).ConfigureAwait(false);
        if (mode == Mode.Showing)
        {
            (mode, confirm) = (Mode.Confirming, () => RefundAsync(arguments));
            question = $"Refund {(arguments.Length == 2 ? $"line {arguments[1]}" : "all of it")} in cash? yes / Esc";
        }
    }

    private Task ConfirmAsync(string text)
    {
        mode = Mode.Selling;
        if (text.Equals("yes", StringComparison.OrdinalIgnoreCase) || text.Equals("y", StringComparison.OrdinalIgnoreCase))
        {
            return confirm();
        }
        Say("Nothing was refunded.");
        return Task.CompletedTask;
    }

    private async Task RefundAsync(string[] arguments)
    {
        RefundLineDraft[]? lines = arguments.Length == 2 && int.TryParse(arguments[1], CultureInfo.InvariantCulture, out var line) ? [new RefundLineDraft(line)] : null;
        var (outcome, transId) = await till.RefundAsync(arguments[0], new RefundDraft { Lines = lines }, cancel).ConfigureAwait(false);
        if (outcome.Refused is { } refused)
        {
            Say($"Not refunded: {refused.Reason}. {refused.Remedy}", isAlarm: true);
            return;
        }
        lastNumber = transId?.ToString(CultureInfo.InvariantCulture) ?? DocketNumber.D(outcome.Entry!.Number!.Value).ToString();
        Say($"{lastNumber}  refunded {Money.Format(-outcome.Entry!.Amount)} in cash   (F7 docket)");
        await till.PrintAsync(lastNumber, cancel).ConfigureAwait(false);
    }

    private async Task ShowDocketAsync(string number)
    {
        if (await till.DocketAsync(number, cancel).ConfigureAwait(false) is { } docket)
        {
            Show(docket.TrimEnd().Split('\n'));
            return;
        }
        Say($"There is no docket: {await till.WhyNotFoundAsync(number).ConfigureAwait(false)}.", isAlarm: true);
    }

    private int? Line(string[] arguments) =>
        arguments.Length > 0 && int.TryParse(arguments[0], CultureInfo.InvariantCulture, out var line) && line >= 1 && line <= basket.Lines.Count ? line - 1 : null;

    public void Say(string text, bool isAlarm = false) => (message, alarm) = (text, isAlarm);

    public IReadOnlyList<string> Body() => mode switch
    {
        Mode.Showing or Mode.Confirming => [.. page.Skip(chosen)],
        Mode.Choosing => [.. choices.Select((c, i) => $"{i + 1,3}  {Fit(c.Title, 34)} {Fit(c.Authors ?? "", 14)} {Fit(c.Condition ?? "new", 5)} {(c.PriceCents is { } p ? Money.Format(p) : "-"),8} {c.OnHand,4}")],
        _ => [.. basket.Lines.Select((l, i) => $"{i + 1,3} {l.Qty,4} x {Fit(l.Item.Title, 38)} {Money.Format(l.PriceCents),9} {(l.DiscountCents == 0 ? "" : "-" + Money.Format(l.DiscountCents)),7} {Money.Format(l.TotalCents),9}")],
    };

    public string Total() => mode == Mode.Paying && basket.PaidCents != 0
        ? $"TOTAL {Money.Format(basket.TotalCents)}   paid {Money.Format(basket.PaidCents)}   STILL {Money.Format(basket.TotalCents - basket.PaidCents)}"
        : $"{(basket.Contact is { } contact ? contact.Name + "   " : "")}{basket.Lines.Sum(l => l.Qty)} copies   TOTAL {Money.Format(basket.TotalCents)}";

    public string Prompt() => mode switch
    {
        Mode.Choosing => "Which",
        Mode.Pricing => $"Price of {Fit(choices[0].Title, 30).TrimEnd()}",
        Mode.Paying => $"Pay {Money.Format(basket.TotalCents - basket.PaidCents)} (Enter: cash, exactly)",
        Mode.Showing => "Find (Esc: back)",
        Mode.Confirming => question,
        _ => quantity == 1 ? "Find" : $"{quantity} x",
    };

    private static string Fit(string text, int width) => text.Length > width ? text[..(width - 1)] + "…" : text.PadRight(width);
}
