using System.Globalization;
using Bookmine.Schema;
using Bookmine.Schema.Views;
using Bookmine.TillClient.Finding;
using Bookmine.TillClient.Selling;

namespace Bookmine.TillClient.Screens;

/// <summary>Process Adjustment: goods back against their docket, per line, paid out or raised as General Credit. Money goes back only after a yes.</summary>
internal sealed class Refunding(PosDesk desk)
{
    /// <param name="arguments">The docket's number and a line's, as far as they were typed.</param>
    public async Task RunAsync(string[] arguments)
    {
        if (!await new SigningOn(desk).EnsureAsync().ConfigureAwait(false))
        {
            return;
        }
        if (await OriginalAsync(arguments).ConfigureAwait(false) is not var (number, original))
        {
            return;
        }
        var (_, unrefundable) = await desk.Till.QuoteRefundAsync(number, new RefundDraft { Operator = desk.Operator }, desk.Cancel).ConfigureAwait(false);
        if (unrefundable is not null)
        {
            desk.Say($"Not refunded: {unrefundable.Reason}. {unrefundable.Remedy}", isAlarm: true);
            return;
        }
        if (await LinesAsync(original, arguments).ConfigureAwait(false) is not { } lines
            || await MethodAsync(original).ConfigureAwait(false) is not var (method, contact))
        {
            if (!desk.IsAlarm)
            {
                desk.Say("Nothing was refunded.");
            }
            return;
        }
        var draft = new RefundDraft { Lines = lines.Count == 0 ? null : lines, Method = method, ContactId = contact, Operator = desk.Operator };
        await SealAsync(number, draft, lines.Count == 0 ? "all of it" : Title(original.Lines.First(l => l.Line == lines[0].Line))).ConfigureAwait(false);
    }

    /// <summary>Seals a refund that the cashier, and where it is wanted a supervisor, agrees to.</summary>
    /// <param name="what">What comes back, in words.</param>
    private async Task SealAsync(string number, RefundDraft draft, string what)
    {
        var (quoted, refused) = await desk.Till.QuoteRefundAsync(number, draft, desk.Cancel).ConfigureAwait(false);
        if (refused is not null)
        {
            desk.Say($"Not refunded: {refused.Reason}. {refused.Remedy}", isAlarm: true);
            return;
        }
        var paid = draft.Method == PaymentMethods.Cash ? desk.Till.Records.CashRounding().Round(quoted) : quoted;
        if (!await desk.Talk.ConfirmAsync($"Refund {what}: {Money.Format(paid)} as {draft.Method}?",
            await desk.DocketAsync(number).ConfigureAwait(false)).ConfigureAwait(false))
        {
            desk.Say("Nothing was refunded.");
            return;
        }
        if (!await new SigningOn(desk).AllowAsync(SupervisedActs.Refund, number, quoted).ConfigureAwait(false))
        {
            return;
        }
        var made = await desk.Till.RefundAsync(number, draft, desk.Cancel).ConfigureAwait(false);
        await desk.MadeAsync(made, refund => $"{refund}  refunded {Money.Format(paid)} as {draft.Method}   (F7 docket)").ConfigureAwait(false);
    }

    /// <summary>The docket whose number came with the command; without one it is asked for until there is such a docket.</summary>
    private async Task<(string Number, TransactionView Original)?> OriginalAsync(string[] arguments)
    {
        var typed = arguments.Length > 0 ? arguments[0] : null;
        while ((typed ?? await desk.Talk.TextAsync("Refund against docket (D-number or TransID: scan or type it)",
            takesScan: IsNumber).ConfigureAwait(false)) is { } number)
        {
            if (await desk.Till.FindAsync(number, desk.Cancel).ConfigureAwait(false) is [FoundTransaction { Transaction: var original }])
            {
                return (number, original);
            }
            desk.Say($"There is no docket: {desk.Till.WhyNotFound(number)}. Without it: F8, return without a docket.", isAlarm: true);
            if (typed is not null)
            {
                break;
            }
        }
        return null;
    }

    /// <summary>Whether it is a docket's number and not a book's.</summary>
    public static bool IsNumber(string text) => DocketNumber.TryParse(text, out _) && !Isbn.TryParse(text, out _);

    /// <returns>The lines that come back, none for all that is left; null for Esc.</returns>
    private async Task<IReadOnlyList<RefundLineDraft>?> LinesAsync(TransactionView original, string[] arguments)
    {
        int number;
        if (arguments.Length > 1)
        {
            if (!int.TryParse(arguments[1], CultureInfo.InvariantCulture, out number) || original.Lines.All(l => l.Line != number))
            {
                return NotThat($"The docket has no line {arguments[1]}: it has 1 to {original.Lines.Count}.");
            }
        }
        else
        {
            // The numbers are those of the docket's lines.
            var choices = original.Lines.Select(
                l => $"{original.Refundable(l)} x {TextColumns.Fit(l.Title, 44)} {Money.Format(original.RefundableCents(l)),9}{(original.Refundable(l) < l.Qty ? $"  of {l.Qty}" : "")}").Append("all that is left of it");
            if (await desk.Talk.ChooseAsync("What comes back", choices, original.Lines.Count, givesWayToScans: false).ConfigureAwait(false) is not { } chosen)
            {
                return null;
            }
            if (chosen == original.Lines.Count)
            {
                return [];
            }
            number = original.Lines[chosen].Line;
        }
        var line = original.Lines.First(l => l.Line == number);
        return original.Refundable(line) > 0 ? await LineAsync(line, original.Refundable(line), original.RefundableCents(line)).ConfigureAwait(
            false) : NotThat($"Nothing of {Title(line)} is left to come back.");
    }

    private IReadOnlyList<RefundLineDraft>? NotThat(string why)
    {
        desk.Say(why, isAlarm: true);
        return null;
    }

    private async Task<IReadOnlyList<RefundLineDraft>?> LineAsync(LineView line, long most, long mostCents)
    {
        if ((most == 1 ? 1 : await desk.Talk.CountAsync($"Copies of {Title(line)}", 1, most).ConfigureAwait(false)) is not { } copies
            || await AmountAsync(line, copies, mostCents).ConfigureAwait(false) is not { } amount
            || await desk.Talk.ChooseAsync("Back on the shelf", ["yes", "no: damaged"], givesWayToScans: false).ConfigureAwait(false) is not { } shelf)
        {
            return null;
        }
        return [new RefundLineDraft(line.Line, copies, amount < 0 ? null : amount, shelf == 0)];
    }

    /// <returns>-1 for what was paid; null for Esc.</returns>
    private Task<long?> AmountAsync(LineView line, long copies, long most) => desk.Talk.ValueAsync<long>(
        $"Back for {Title(line)} (Enter: {(copies == line.Qty ? Money.Format(most) : "what was paid")})",
        text => text.Length == 0 ? (-1, "")
            : !Money.TryParse(text, out var cents) || cents < 0 ? (null, $"“{text}” is no amount. Type one such as 17.95, or Enter.")
            : cents > most ? (null,
                $"{Money.Format(cents)} is more than the {Money.Format(most)} that {(line.RefundedCents == 0 ? "was paid" : "is left of what was paid")}.") : (cents, ""));

    private static string Title(LineView line) => TextColumns.Fit(line.Title, 30).TrimEnd();

    /// <summary>What it was paid with comes first, by how much.</summary>
    private static int Rank(TransactionView original, string method) => original.Payments.Where(p => p.Method == method).Sum(
        p => p.AmountCents) is > 0 and var cents
        ? -(int)Math.Min(cents, int.MaxValue) : 0;

    /// <returns>The method, and for General Credit whose it becomes where the docket is nobody's; null for Esc.</returns>
    private async Task<(string Method, Guid? Contact)?> MethodAsync(TransactionView original)
    {
        var methods = desk.Till.Records.PaymentMethods().Where(m => m.Code is not (PaymentMethods.Voucher or PaymentMethods.Owing or PaymentMethods.Rounding))
            .OrderBy(m => Rank(original, m.Code)).ToList();
        if (await desk.Talk.ChooseAsync("Paid out as", methods.Select(m => m.Name), givesWayToScans: false).ConfigureAwait(false) is not { } chosen)
        {
            return null;
        }
        if (methods[chosen].Code != PaymentMethods.Credit || original.ContactId is not null)
        {
            return (methods[chosen].Code, null);
        }
        return await desk.Talk.TextAsync("Whose General Credit: name, phone or email").ConfigureAwait(false) is { } text
            && await desk.Talk.PickAsync(desk.Till.Records.FindContacts(text), text).ConfigureAwait(false) is { } contact
                ? (PaymentMethods.Credit, contact.ContactId) : null;
    }
}
