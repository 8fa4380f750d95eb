using System.Globalization;
using Bookmine.Schema;
using Bookmine.TillClient.Finding;
using Bookmine.TillClient.Selling;

namespace Bookmine.TillClient.Screens;

/// <summary>What is entered while a sale is rung up: scans, quantities, words, numbers of transactions, contacts; and items without a record.</summary>
internal sealed class Ringing(PosDesk desk)
{
    public const int MostQty = 9_999;

    // One letter or two are half of something, such as a D-number.
    private const int ShortestWord = 3;

    private long copies = 1;

    public async Task EnterAsync(string text)
    {
        if (desk.Till.WhyNotSelling is { } why)
        {
            desk.Say(why, isAlarm: true);
            return;
        }
        desk.State = desk.State.Entering(text);
        try
        {
            await RingUpAsync(text).ConfigureAwait(false);
        }
        finally
        {
            desk.State = desk.State.Rest();
        }
    }

    private async Task RingUpAsync(string text)
    {
        (copies, desk.Quantity) = (desk.Quantity, 1);
        var before = copies;
        if (await new SigningOn(desk).IsByNameAsync(text).ConfigureAwait(false))
        {
            return;
        }
        if (!await new SigningOn(desk).EnsureAsync().ConfigureAwait(false))
        {
            desk.Say($"Nobody has signed on, so {text}{(desk.Waiting.Count > 0 ? $" and {desk.Waiting.Count} more are" : " is")} not rung up.", isAlarm: true);
            desk.Waiting.Clear();
            return;
        }
        if (OfCopies(text) is not { } rest)
        {
            return;
        }
        await ShowAsync(rest, await desk.Till.FindAsync(rest, desk.Cancel).ConfigureAwait(false), before).ConfigureAwait(false);
    }

    /// <summary>Takes the copies off what is entered as <c>3*9780…</c>.</summary>
    /// <returns>The rest; null where there is none, or the number will not do, which was told.</returns>
    private string? OfCopies(string text)
    {
        var star = text.IndexOf('*', StringComparison.Ordinal);
        if (star <= 0 || !int.TryParse(text[..star], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var qty))
        {
            return text;
        }
        if (qty == 0 || Math.Abs(qty) > MostQty)
        {
            desk.Say($"{qty} copies will not do: 1 to {MostQty}.", isAlarm: true);
            return null;
        }
        copies = qty;
        if (text[(star + 1)..].Trim() is { Length: > 0 } rest)
        {
            return rest;
        }
        desk.Quantity = qty;
        return null;
    }

    /// <param name="before">Copies that were asked for before this entry.</param>
    private async Task ShowAsync(string text, IReadOnlyList<Found> found, long before)
    {
        switch (found)
        {
            case [] when Scan.IsOne(text, isFast: false):
                await NewItemAsync(text).ConfigureAwait(false);
                break;
            case []:
                // The next try is of the same books.
                desk.Quantity = before;
                desk.Say($"Nothing found: {desk.Till.WhyNotFound(text)}. /new makes a record.", isAlarm: true);
                break;
            case [FoundTransaction { Transaction: var transaction }]:
                await desk.ShowDocketAsync(transaction.TransId is { } id ? id.ToString(CultureInfo.InvariantCulture) : transaction.Docket).ConfigureAwait(false);
                break;
            case [FoundVoucher voucher]:
                desk.Say($"Gift voucher {voucher.Number}: {Money.Format(voucher.LeftCents)} left.");
                break;
            case [FoundStock one] when text.Length >= ShortestWord || one.Code == text:
                await TakeAsync(one).ConfigureAwait(false);
                break;
            case [FoundContact contact] when text.Length >= ShortestWord:
                Link(contact);
                break;
            default:
                await ChooseAsync(found, text).ConfigureAwait(false);
                break;
        }
    }

    /// <summary>Makes a record of an item that has none, and rings it up.</summary>
    /// <param name="code">What was scanned; empty for an item without a number, which gets an in-house EAN.</param>
    public async Task NewItemAsync(string code)
    {
        var what = code.Length == 0 ? "A new item" : $"{code} is not on record";
        if (!await new SigningOn(desk).EnsureAsync().ConfigureAwait(false)
            || await desk.Talk.TextAsync($"{what}. Its title").ConfigureAwait(false) is not { } title
            || await desk.Talk.AmountAsync($"Price of {TextColumns.Fit(title, 30).TrimEnd()}").ConfigureAwait(false) is not { } price
            || await desk.Talk.TextOrNothingAsync("Category").ConfigureAwait(false) is not { } category)
        {
            desk.Say("No record was made.");
            return;
        }
        var isIsbn = Isbn.TryParse(code, out _);
        var made = await desk.Till.NewStockAsync(
            new StockDraft
            {
                Isbn = isIsbn ? code : null, Code = isIsbn || code.Length == 0 ? null : code, Title = title, PriceCents = price,
                Category = category.Length == 0 ? null : category, Operator = desk.Operator,
                // They were on the shelf, counted or not: only what is sold beyond them is oversold.
                Qty = copies > 0 ? copies : null,
            },
            desk.Cancel).ConfigureAwait(false);
        if (made.Outcome.Refused is { } refused)
        {
            desk.Say($"{refused.Reason}. {refused.Remedy}", isAlarm: true);
        }
        else if (desk.Till.Records.StockOf(made.Outcome.Entry!) is { } item)
        {
            Add(item, price);
            desk.Say($"{item.Code} is made and rung up.");
        }
    }

    /// <summary>Finds a contact by name, phone or email and links the sale to it, or makes one.</summary>
    public async Task ContactAsync(string text)
    {
        if (text.Length == 0)
        {
            if (await desk.Talk.TextOrNothingAsync("Contact's name, phone or email").ConfigureAwait(false) is not { } typed)
            {
                return;
            }
            text = typed;
        }
        if (text.Length == 0)
        {
            desk.Sale = desk.Sale.LinkedTo(null);
            desk.Say("The sale is linked to nobody.");
            return;
        }
        if (await desk.Talk.PickAsync(desk.Till.Records.FindContacts(text), text).ConfigureAwait(false) is { } contact)
        {
            Link(contact);
        }
    }

    /// <summary>Makes a contact, and links the sale to it.</summary>
    public async Task NewContactAsync()
    {
        if (!await new SigningOn(desk).EnsureAsync().ConfigureAwait(false)
            || await desk.Talk.TextAsync("The new contact's name").ConfigureAwait(false) is not { } name
            || await AskAsync("Phone", ContactDraft.IsPhone, "phone number: there are digits in one").ConfigureAwait(false) is not { } phone
            || await AskAsync("Email", ContactDraft.IsEmail, "email address such as rosa@finch.example").ConfigureAwait(false) is not { } email)
        {
            desk.Say("No contact was made.");
            return;
        }
        var made = await desk.Till.NewContactAsync(
            new ContactDraft { Name = name, Phone = phone.Length == 0 ? null : phone, Email = email.Length == 0 ? null : email, Operator = desk.Operator }, desk.Cancel).ConfigureAwait(false);
        if (made.Outcome.Refused is { } refused)
        {
            desk.Say($"{refused.Reason}. {refused.Remedy}", isAlarm: true);
        }
        else if (desk.Till.Records.ContactOf(made.Outcome.Entry!) is { } contact)
        {
            Link(contact);
        }
    }

    /// <summary>Asks until what is typed will do, or is nothing.</summary>
    private async Task<string?> AskAsync(string prompt, Func<string, bool> willDo, string what)
    {
        while (await desk.Talk.TextOrNothingAsync(prompt).ConfigureAwait(false) is { } typed)
        {
            if (typed.Length == 0 || willDo(typed))
            {
                return typed;
            }
            desk.Say($"“{typed}” is no {what}. Type it again, or Enter for none.", isAlarm: true);
        }
        return null;
    }

    private void Link(FoundContact contact)
    {
        desk.Sale = desk.Sale.LinkedTo(contact);
        desk.Say($"The sale is linked to {contact.Name}.");
    }

    private async Task ChooseAsync(IReadOnlyList<Found> found, string text)
    {
        // Words can be typed anew; a book that was scanned is one of these, and the next one waits.
        var width = desk.Talk.Width;
        if (await desk.Talk.ChooseAsync(
            FoundLine.Which(found.Count), found.Select(f => FoundLine.Of(f, width)), givesWayToScans: !Scan.IsOne(text, isFast: false),
            heading: FoundLine.HeadingOf(found[0], width)).ConfigureAwait(false) is not { } chosen)
        {
            return;
        }
        switch (found[chosen])
        {
            case FoundStock item:
                await TakeAsync(item).ConfigureAwait(false);
                break;
            case FoundContact contact:
                Link(contact);
                break;
        }
    }

    private async Task TakeAsync(FoundStock item)
    {
        if ((item.PriceCents ?? await desk.Talk.AmountAsync($"Price of {TextColumns.Fit(item.Title, 30).TrimEnd()}").ConfigureAwait(false)) is { } price)
        {
            Add(item, price);
        }
    }

    private void Add(FoundStock item, long price) => desk.Sale = desk.Sale.With(item, copies, price, desk.Clock.GetUtcNow());
}
