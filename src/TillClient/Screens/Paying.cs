using Bookmine.Schema;
using Bookmine.TillClient.Finding;
using Bookmine.TillClient.Selling;
using Bookmine.TillClient.Server;

namespace Bookmine.TillClient.Screens;

/// <summary>What is to be paid.</summary>
/// <param name="Contact">Whose General Credit may pay; null for the counter customer.</param>
/// <param name="Without">Methods that cannot pay it.</param>
internal sealed record Bill(long DueCents, FoundContact? Contact, params string[] Without);

/// <summary>
/// Takes a payment, in one sum or several, and seals what it is for. Once money is taken there is no way back but giving it back.
/// </summary>
/// <param name="seal">Seals it with its payments; its result tells how. Called when all is paid.</param>
/// <param name="isSale">It is the open sale, to which a scan leads back; what is paid beside it would be forgotten, and scans wait.</param>
internal sealed class Paying(PosDesk desk, Bill bill, Func<IReadOnlyList<PaymentDraft>, Task<(Outcome Outcome, long? TransId)>> seal, bool isSale)
{
    // More change than this is more likely a slip of the keys.
    private const long MostPlainChangeCents = 20_000;
    private static readonly long[] Notes = [500, 1_000, 2_000, 5_000, 10_000];

    private readonly IReadOnlyList<(string Code, string Name, bool GivesChange)> methods =
        [.. desk.Till.Records.PaymentMethods().Where(m => m.Code is not (PaymentMethods.Owing or PaymentMethods.Rounding) && !bill.Without.Contains(m.Code))];

    private readonly CashRounding rounding = desk.Till.Records.CashRounding();

    /// <summary>What is given so far: a part of what the counter is at.</summary>
    private Tender Tender
    {
        get => desk.State is CounterState.Paying paying ? paying.Tender : Tender.None;
        set => desk.State = desk.State is CounterState.Paying paying ? paying with { Tender = value } : desk.State;
    }

    private enum Step
    {
        GoOn,
        Leave,
        Sold,
    }

    /// <summary>Pays the open sale.</summary>
    public static async Task SaleAsync(PosDesk desk)
    {
        if (desk.Sale.IsEmpty)
        {
            desk.Say("There is nothing to pay yet.");
            return;
        }
        var sale = desk.Sale;
        if (Math.Abs(sale.TotalCents) > Money.MostCents)
        {
            desk.Say($"It comes to {Money.Format(sale.TotalCents)}, and a sale to at most {Money.Format(Money.MostCents)}. Look at its quantities and prices.", isAlarm: true);
            return;
        }
        await new Paying(desk, new Bill(sale.TotalCents, sale.Contact), payments => desk.SellAsync(sale.ToDraft(desk.Operator, payments)), isSale: true)
            .RunAsync($"{Money.Format(sale.TotalCents)}").ConfigureAwait(false);
    }

    /// <summary>Pays something beside the open sale, or nothing where nothing is due.</summary>
    /// <param name="what">What is told once it is sealed, after its number.</param>
    public static async Task<bool> OtherAsync(PosDesk desk, Bill bill, string what, Func<IReadOnlyList<PaymentDraft>,
        Task<(Outcome Outcome, long? TransId)>> seal)
    {
        var paying = new Paying(desk, bill, seal, isSale: false);
        return bill.DueCents == 0 ? await paying.SealAsync(what, null).ConfigureAwait(false) == Step.Sold : await paying.RunAsync(what).ConfigureAwait(false);
    }

    /// <param name="what">What is told once it is sealed, after its number.</param>
    /// <returns>Whether it was sealed.</returns>
    public async Task<bool> RunAsync(string what)
    {
        var step = Step.GoOn;
        desk.ChangeCents = 0;
        desk.State = new CounterState.Paying(desk.Sale, what, bill.DueCents, Tender, isSale);
        try
        {
            while (step == Step.GoOn)
            {
                step = await StepAsync(what).ConfigureAwait(false);
            }
        }
        finally
        {
            // Where it broke off with money taken, a sale stays at its payment; what was paid beside it is to be told.
            desk.State = step == Step.Sold || Tender.IsNone ? desk.State.Rest()
                : isSale ? desk.State : new CounterState.Recovering(desk.Sale, UnsealedMoney.Of((CounterState.Paying)desk.State, desk.Till.Records.LastEntry));
        }
        return step == Step.Sold;
    }

    private async Task<Step> StepAsync(string what)
    {
        var due = bill.DueCents - Tender.PaidCents;
        var ways = Ways(due);
        var question = new Question.Offer($"{(due < 0 ? "Give back" : "Pay")} {Money.Format(Math.Abs(due))} (Enter: {ways[0].Text.Trim()})")
        {
            Body = [.. ways.Select(w => w.Text)], GivesWayToScans = isSale && Tender.IsNone, TakesScan = IsVoucher,
        };
        if (await desk.Talk.AskAsync(question).ConfigureAwait(false) is not string text)
        {
            return await BackAsync().ConfigureAwait(false);
        }
        desk.SayNothing();
        var isVoucher = IsVoucher(text);
        var (method, given) = isVoucher ? (PaymentMethods.Voucher, due) : text.Length == 0
            ? (ways[desk.Talk.At].Method, ways[desk.Talk.At].Cents) : Read(text, due);
        if (method is null)
        {
            desk.Say($"“{text}” is no way to {(due < 0 ? "give back" : "pay")} {Money.Format(Math.Abs(due))}. Type 20.00, card, or card 10.00; Esc goes back.", isAlarm: true);
            return Step.GoOn;
        }
        // What goes back is typed as people say it.
        return await TakeAsync(what, method, due < 0 && given > 0 ? -given : given, isVoucher ? text : null, due).ConfigureAwait(false);
    }

    /// <summary>Takes what is given, and seals where that is all.</summary>
    /// <param name="voucher">The number that was scanned; null where none was.</param>
    /// <param name="exact">What is due, to the cent.</param>
    private async Task<Step> TakeAsync(string what, string method, long given, string? voucher, long exact)
    {
        // In cash it is settled by a sum that coins can make.
        var settled = method == PaymentMethods.Cash ? rounding.Round(exact) : exact;
        var due = Math.Abs(given) < Math.Abs(settled) ? exact : settled;
        if (!await MayChangeAsync(method, given, due).ConfigureAwait(false) || (method == PaymentMethods.Credit && !MayCredit(ref given))
            || (method == PaymentMethods.Voucher && (voucher = await VoucherAsync(voucher, due).ConfigureAwait(false)) is null))
        {
            return Step.GoOn;
        }
        if (method == PaymentMethods.Voucher && desk.Till.Records.VoucherCents(voucher!) is { } left)
        {
            given = Math.Min(given, left);
        }
        Tender = Tender.With(new PaymentDraft { Method = method, AmountCents = given, Voucher = voucher });
        if (Math.Abs(given) < Math.Abs(due))
        {
            return Step.GoOn;
        }
        if (given != due)
        {
            Tender = Tender.With(method, due - given, change: true);
        }
        if (exact != due)
        {
            Tender = Tender.With(PaymentMethods.Rounding, exact - due);
        }
        return await SealAsync(
            what, due < 0 ? HandOut(-due, method) : given > due ? $"CHANGE {Money.Format(given - due)}" : null, Math.Max(given - due, 0)).ConfigureAwait(false);
    }

    /// <returns>Whether no more is given than may be, which else was told or denied.</returns>
    private async Task<bool> MayChangeAsync(string method, long given, long due)
    {
        var known = methods.First(m => m.Code == method);
        if (Math.Abs(given) > Math.Abs(due) && (due < 0 || !known.GivesChange))
        {
            desk.Say(due < 0 ? $"{Money.Format(-given)} is more than the {Money.Format(-due)} that goes back."
                : $"{known.Name} gives no change: at most {Money.Format(due)}.", isAlarm: true);
            return false;
        }
        return due <= 0 || given - due <= MostPlainChangeCents || await desk.Talk.ConfirmAsync(
            $"{Money.Format(given)} in {known.Name}, and {Money.Format(given - due)} change?").ConfigureAwait(false);
    }

    /// <summary>What goes back to a customer, in words: nothing out of the drawer where it becomes General Credit.</summary>
    public static string HandOut(long cents, string method) =>
        method == PaymentMethods.Credit ? $"{Money.Format(cents)} is General Credit now" : $"GIVE BACK {Money.Format(cents)} {method}";

    /// <param name="handOut">What the customer gets, in words; null for nothing.</param>
    private async Task<Step> SealAsync(string what, string? handOut, long change = 0)
    {
        try
        {
            if (await desk.MadeAsync(await seal(Tender.Payments).ConfigureAwait(false), number =>
                $"{number}  {what}{(handOut is null ? "" : "   " + handOut)}   (F7 docket)").ConfigureAwait(false))
            {
                desk.ChangeCents = change;
                return Step.Sold;
            }
        }
        catch
        {
            // What was given last is to be given again, or, where nobody knows whether it is sealed, the till says so and sells no more.
            Tender = Tender.WithoutLast();
            throw;
        }
        Tender = Tender.WithoutLast();
        return !Tender.IsNone ? Step.GoOn : Step.Leave;
    }

    /// <summary>Esc: with money taken it is not left by it.</summary>
    private async Task<Step> BackAsync()
    {
        if (Tender.IsNone)
        {
            return Step.Leave;
        }
        var (taken, isOut) = (Tender.Text, Tender.PaidCents < 0);
        if (!await desk.Talk.ConfirmAsync(isOut ? $"Has the customer returned {taken}?" : $"Has {taken} been given back?").ConfigureAwait(false))
        {
            desk.Say(isOut ? $"{taken} is given: give the rest." : $"{taken} is taken: pay the rest.", isAlarm: true);
            return Step.GoOn;
        }
        Tender = Tender.None;
        desk.Say(isOut ? $"{taken} was returned." : $"{taken} was given back.");
        return Step.Leave;
    }

    /// <summary>General Credit pays no more than there is of it.</summary>
    private bool MayCredit(ref long given)
    {
        if (bill.Contact is not { } contact)
        {
            desk.Say("General Credit is a contact's: link the sale to one first (F3).", isAlarm: true);
            return false;
        }
        if (given < 0)
        {
            return true;
        }
        var left = CreditLeft(contact);
        if (left <= 0)
        {
            desk.Say($"{contact.Name} has no General Credit left.", isAlarm: true);
            return false;
        }
        given = Math.Min(given, left);
        return true;
    }

    /// <returns>The number of the voucher that pays; null when none does, which was told.</returns>
    private async Task<string?> VoucherAsync(string? typed, long due)
    {
        if (due < 0)
        {
            desk.Say("Money goes back as cash, card or General Credit; a new gift voucher is sold with F8.", isAlarm: true);
            return null;
        }
        if ((typed ?? await desk.Talk.TextAsync("The voucher's number: scan or type it", takesScan: _ => true).ConfigureAwait(false)) is not { } text)
        {
            return null;
        }
        var number = VoucherNumber.Normal(text);
        switch (desk.Till.Records.VoucherCents(number))
        {
            case <= 0:
                desk.Say($"Nothing is left on gift voucher {number}.", isAlarm: true);
                return null;
            case null when desk.Till.Status().State == ConnectionState.Normal:
                desk.Say($"There is no gift voucher {number}. Look at the number again.", isAlarm: true);
                return null;
            case null when !await desk.Talk.ConfirmAsync($"Voucher {number} is not known here. Take it, and have it listed?").ConfigureAwait(false):
                return null;
            case var _ when Tender.Payments.Any(p => p.Voucher == number):
                var pays = Money.Format(Tender.Payments.Where(p => p.Voucher == number).Sum(p => p.AmountCents));
                desk.Say($"Gift voucher {number} pays {pays} of this already. Esc gives back what was taken.", isAlarm: true);
                return null;
            default:
                return number;
        }
    }

    /// <summary>Whether it is a voucher's number and no amount.</summary>
    private bool IsVoucher(string text) => methods.Any(m => m.Code == PaymentMethods.Voucher)
        && VoucherNumber.Normal(text) is { Length: >= VoucherNumber.Shortest } number
            && (VoucherNumber.IsOwn(number) || desk.Till.Records.VoucherCents(number) is not null);

    /// <summary>The ways that one key chooses: exactly in cash, the notes a customer may hand over, every other method for all of it.</summary>
    private List<(string Text, string Method, long Cents)> Ways(long due)
    {
        var exact = rounding.Round(due);
        var ways = new List<(string, string, long)>
        {
            (exact == due ? "  cash, exactly" : $"  cash {Money.Format(Math.Abs(exact))}, rounded", PaymentMethods.Cash, exact),
        };
        if (due > 0)
        {
            ways.AddRange(Notes.Select(note => (exact + note - 1) / note * note).Where(sum => sum > exact).Distinct().Select(
                sum => ($"  cash {Money.Format(sum)}", PaymentMethods.Cash, sum)));
        }
        ways.AddRange(methods.Where(m => m.Code != PaymentMethods.Cash).Select(m => ($"  {m.Code}{Left(m.Code)}", m.Code, due)));
        return ways;
    }

    private string Left(string method) => method == PaymentMethods.Credit && bill.Contact is { } contact
        ? $"  ({Money.Format(CreditLeft(contact))} of {contact.Name})" : "";

    private long CreditLeft(FoundContact contact) =>
        desk.Till.Records.CreditCents(contact.ContactId) - Tender.Payments.Where(p => p.Method == PaymentMethods.Credit).Sum(p => p.AmountCents);

    /// <summary>An amount: cash. <c>card</c> or <c>card 10.00</c>: that method, by as many letters as no other begins with.</summary>
    private (string? Method, long Cents) Read(string text, long due)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var begun = methods.Where(m => m.Code.StartsWith(words[0], StringComparison.OrdinalIgnoreCase)).ToList();
        var method = begun is [var one] ? one.Code : begun.FirstOrDefault(m => m.Code.Equals(words[0], StringComparison.OrdinalIgnoreCase)).Code;
        var amount = words switch { [var only] => method is null ? only : null, [_, var second] when method is not null => second, _ => "" };
        if (amount is null)
        {
            return (method, method == PaymentMethods.Cash ? rounding.Round(due) : due);
        }
        return Money.TryParse(amount, out var given) && (given > 0 || Math.Sign(given) == Math.Sign(due))
            ? (method ?? PaymentMethods.Cash, given) : (null, 0);
    }
}
