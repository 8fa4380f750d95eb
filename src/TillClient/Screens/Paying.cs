using Bookmine.Schema;

namespace Bookmine.TillClient.Screens;

/// <summary>Takes the payment of the open sale, in one sum or several, and seals it. Once money is taken there is no way back but giving it back.</summary>
internal sealed class Paying(PosDesk desk)
{
    private static readonly long[] Notes = [500, 1_000, 2_000, 5_000, 10_000];

    private enum Step
    {
        GoOn,
        Leave,
        Sold,
    }

    public async Task RunAsync()
    {
        if (desk.Basket.IsEmpty)
        {
            desk.Say("There is nothing to pay yet.");
            return;
        }
        while (await StepAsync().ConfigureAwait(false) == Step.GoOn)
        {
        }
    }

    private async Task<Step> StepAsync()
    {
        var basket = desk.Basket;
        var due = basket.TotalCents - basket.PaidCents;
        var methods = desk.Till.Records.PaymentMethods();
        var ways = Ways(methods, due);
        var question = new Question($"{(due < 0 ? "Give back" : "Pay")} {Money.Format(due)} (Enter: {ways[0].Text.Trim()})")
        {
            Body = [.. ways.Select(w => w.Text)], GivesWayToScans = basket.Payments.Count == 0,
        };
        if (await desk.Talk.AskAsync(question).ConfigureAwait(false) is not { } text)
        {
            return await BackAsync().ConfigureAwait(false);
        }
        desk.SayNothing();
        var (method, given) = text.Length == 0 ? (ways[desk.Talk.At].Method, ways[desk.Talk.At].Cents) : Read(text, methods, due);
        if (method is null)
        {
            desk.Say($"“{text}” is no way to pay {Money.Format(due)}. Type 20.00, card, or card 10.00; Esc goes back.", isAlarm: true);
            return Step.GoOn;
        }
        var givesChange = methods.First(m => m.Code == method).GivesChange;
        if (Math.Abs(given) > Math.Abs(due) && !givesChange)
        {
            desk.Say($"{methods.First(m => m.Code == method).Name} gives no change: at most {Money.Format(due)}.", isAlarm: true);
            return Step.GoOn;
        }
        if (method == "credit" && basket.Contact is null)
        {
            desk.Say("General Credit is a contact's: link the sale to one first (F3).", isAlarm: true);
            return Step.GoOn;
        }
        basket.Pay(method, given);
        if (Math.Abs(given) < Math.Abs(due))
        {
            return Step.GoOn;
        }
        if (given != due)
        {
            basket.Pay(method, due - given, change: true);
        }
        return await SellAsync(given - due).ConfigureAwait(false);
    }

    private async Task<Step> SellAsync(long change)
    {
        var basket = desk.Basket;
        try
        {
            var made = await desk.Till.SellAsync(basket.ToDraft(desk.Operator), desk.Cancel).ConfigureAwait(false);
            var total = Money.Format(basket.TotalCents);
            if (made.Outcome.Refused is null)
            {
                desk.Basket = new Basket();
            }
            if (await desk.MadeAsync(made, number => $"{number}  {total}{(change != 0 ? $"   CHANGE {Money.Format(change)}" : "")}   (F7 docket)").ConfigureAwait(false))
            {
                return Step.Sold;
            }
        }
        catch
        {
            // Nothing was sealed: what was given last is to be given again.
            basket.UndoLastPayment();
            throw;
        }
        basket.UndoLastPayment();
        return Step.Leave;
    }

    /// <summary>Esc: with money taken the sale is not left by it.</summary>
    private async Task<Step> BackAsync()
    {
        var basket = desk.Basket;
        if (basket.Payments.Count == 0)
        {
            return Step.Leave;
        }
        var taken = string.Join(", ", basket.Payments.Select(p => $"{Money.Format(p.AmountCents)} {p.Method}"));
        if (!await desk.Talk.ConfirmAsync($"Has {taken} been given back?").ConfigureAwait(false))
        {
            desk.Say($"{taken} is taken: pay the rest.", isAlarm: true);
            return Step.GoOn;
        }
        basket.UndoPayments();
        desk.Say($"{taken} was given back.");
        return Step.Leave;
    }

    /// <summary>The ways that one key chooses: exactly in cash, the notes a customer may hand over, every other method for all of it.</summary>
    private static List<(string Text, string Method, long Cents)> Ways(IReadOnlyList<(string Code, string Name, bool GivesChange)> methods, long due)
    {
        var ways = new List<(string, string, long)> { ("  cash, exactly", "cash", due) };
        if (due > 0)
        {
            ways.AddRange(Notes.Select(note => (due + note - 1) / note * note).Where(sum => sum > due).Distinct().Select(sum => ($"  cash {Money.Format(sum)}", "cash", sum)));
        }
        ways.AddRange(methods.Where(m => m.Code != "cash").Select(m => ($"  {m.Code}", m.Code, due)));
        return ways;
    }

    /// <summary>An amount: cash. <c>card</c> or <c>card 10.00</c>: that method.</summary>
    private static (string? Method, long Cents) Read(string text, IReadOnlyList<(string Code, string Name, bool GivesChange)> methods, long due)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var method = methods.FirstOrDefault(m => m.Code.StartsWith(words[0], StringComparison.OrdinalIgnoreCase)).Code;
        var amount = words switch { [var only] => method is null ? only : null, [_, var second] when method is not null => second, _ => "" };
        if (amount is null)
        {
            return (method, due);
        }
        return Money.TryParse(amount, out var given) && Math.Sign(given) == Math.Sign(due) ? (method ?? "cash", given) : (null, 0);
    }
}
