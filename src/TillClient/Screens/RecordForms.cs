using System.Globalization;
using Bookmine.Schema;
using Bookmine.TillClient.Finding;
using Bookmine.TillClient.Selling;
using Bookmine.TillClient.Server;

namespace Bookmine.TillClient.Screens;

/// <summary>Shows and changes stock and contact records, writes emails, and makes again what a resynchronisation has dropped.</summary>
internal sealed class RecordForms(PosDesk desk)
{
    private static readonly string[] WillBeDropped =
    [
        "", "  Made while disconnected: the resynchronisation will drop it, and list it.",
    ];

    /// <summary>Finds a record, shows its fields, and changes the one that is chosen, until Esc.</summary>
    public async Task EditAsync(string text)
    {
        if (text.Length == 0 && await desk.Talk.TextAsync("Which stock record or contact: number or words").ConfigureAwait(false) is { } words)
        {
            text = words;
        }
        if (text.Length == 0 || await PickAsync(text).ConfigureAwait(false) is not { } record)
        {
            return;
        }
        var at = 0;
        while (true)
        {
            var fields = record is FoundStock s ? desk.Till.Records.StockFields(s.StockId) : desk.Till.Records.ContactFields(((FoundContact)record).ContactId);
            var name = record is FoundStock stock ? stock.Code : fields[0].Value;
            if (await desk.Talk.ChooseAsync($"{name}: which field", fields.Select(f => $"{f.Name,-10} {f.Value}"), at, givesWayToScans: false).ConfigureAwait(false) is not { } chosen)
            {
                return;
            }
            at = chosen;
            if (IsAway("An edit"))
            {
                continue;
            }
            if (await desk.Talk.TextAsync($"{fields[chosen].Name} (- for none)", fields[chosen].Value).ConfigureAwait(false) is not { } typed || typed == fields[chosen].Value)
            {
                continue;
            }
            var value = typed == "-" ? "" : typed;
            if (Fault(record, fields[chosen].Name, value) is { } fault)
            {
                desk.Say(fault, isAlarm: true);
            }
            else if (await MayAsync(record).ConfigureAwait(false))
            {
                Tell(await SaveAsync(record is FoundStock, Id(record), fields[chosen].Name, value).ConfigureAwait(false), $"{fields[chosen].Name} is saved.");
            }
        }
    }

    /// <summary>Writes an email to a contact, which is recorded.</summary>
    public async Task EmailAsync(string text)
    {
        if (IsAway("An email"))
        {
            return;
        }
        if (text.Length == 0 && await desk.Talk.TextAsync("To which contact").ConfigureAwait(false) is { } typed)
        {
            text = typed;
        }
        if (text.Length == 0 || await PickAsync(text, contactsOnly: true).ConfigureAwait(false) is not FoundContact contact
            || await desk.Talk.TextAsync($"Subject, to {contact.Name}").ConfigureAwait(false) is not { } subject
            || await desk.Talk.TextAsync("Text").ConfigureAwait(false) is not { } body || !await MayAsync(null).ConfigureAwait(false))
        {
            desk.Say("No email was written.");
            return;
        }
        Tell(await desk.Till.EmailAsync(new EmailDraft { ContactId = contact.ContactId, Subject = subject, Body = body, Operator = desk.Operator }, desk.Cancel).ConfigureAwait(false), $"The email to {contact.Name} is recorded.");
    }

    /// <summary>Offers to make again, with the server at hand, what was dropped: an edit with its check, an email with its text.</summary>
    /// <param name="left">What is made again leaves it.</param>
    public async Task AgainAsync(List<DroppedEdit> left)
    {
        if (left.Count == 0)
        {
            desk.Say("Nothing that was dropped is left to be made again.");
        }
        while (left.Count > 0 && await desk.Talk.ChooseAsync("Dropped: make one again (Esc: none)", left.Select(Line)).ConfigureAwait(false) is { } chosen
            && await new SigningOn(desk).EnsureAsync().ConfigureAwait(false))
        {
            var (outcome, what) = await MakeAgainAsync(left[chosen]).ConfigureAwait(false);
            if (Tell(outcome, what))
            {
                left.RemoveAt(chosen);
            }
        }
    }

    /// <summary>Whether the server that it needs does not answer, which is told before anything is typed for nothing.</summary>
    private bool IsAway(string what)
    {
        if (desk.Till.Status().State != ConnectionState.Away)
        {
            return false;
        }
        desk.Say($"{what} needs the server, which does not answer now. F9 tries it again.", isAlarm: true);
        return true;
    }

    private async Task<(Outcome Outcome, string Text)> MakeAgainAsync(DroppedEdit dropped)
    {
        var id = dropped.Record;
        if (dropped.IsEmail)
        {
            var contact = desk.Till.Records.AddresseeOf(id)
                ?? await PickAsync(await desk.Talk.TextAsync("To which contact").ConfigureAwait(false) ?? "", contactsOnly: true).ConfigureAwait(false) as FoundContact;
            if (contact is null)
            {
                return (Outcome.Refuse("no contact was chosen", "Choose one to send it to."), "");
            }
            var text = dropped.TillValue ?? "";
            var (subject, body) = text.IndexOf('\n', StringComparison.Ordinal) is > 0 and var at ? (text[..at], text[(at + 1)..]) : (text, text);
            return (await desk.Till.EmailAsync(new EmailDraft { ContactId = contact.ContactId, Subject = subject, Body = body, Operator = desk.Operator }, desk.Cancel).ConfigureAwait(false), $"The email to {contact.Name} is recorded.");
        }
        return (await SaveAsync(dropped.IsPrice || dropped.Table == BookmineSetup.Stock.Name, id, dropped.Name, dropped.IsPrice ? dropped.Here : dropped.TillValue ?? "").ConfigureAwait(false), $"{dropped.Name} is “{dropped.Here}” now.");
    }

    /// <summary>Somebody has signed on; and without the server an edit does not survive, which is said before it is saved.</summary>
    private async Task<bool> MayAsync(Found? record) => await new SigningOn(desk).EnsureAsync().ConfigureAwait(false) && (
        desk.Till.Status().State != ConnectionState.Disconnected || (record is not null && desk.Till.Records.IsOwn(record)) || await desk.Talk.ConfirmAsync("Save it all the same?", WillBeDropped).ConfigureAwait(false));

    private async Task<Outcome> SaveAsync(bool isStock, Guid id, string field, string value)
    {
        if (isStock)
        {
            var draft = new StockDraft { StockId = id, Operator = desk.Operator };
            return Fill(draft, field, value) is { } fault ? Outcome.Refuse(fault, "Type it again.") : await desk.Till.EditStockAsync(draft, desk.Cancel).ConfigureAwait(false);
        }
        var contact = new ContactDraft { ContactId = id, Operator = desk.Operator };
        switch (field)
        {
            case "name": contact.Name = value; break;
            case "email": contact.Email = value; break;
            case "phone": contact.Phone = value; break;
            case "address": contact.Address = value; break;
            default: contact.Notes = value; break;
        }
        return await desk.Till.EditContactAsync(contact, desk.Cancel).ConfigureAwait(false);
    }

    /// <summary>What is wrong with a value, before anybody is asked whether to save it; null for nothing.</summary>
    private static string? Fault(Found record, string field, string value) => field switch
    {
        "title" or "name" when value.Length == 0 => $"There is no record without a {field}.",
        "email" when value.Length > 0 && !ContactDraft.IsEmail(value) => $"“{value}” is no email address such as rosa@finch.example.",
        "phone" when value.Length > 0 && !ContactDraft.IsPhone(value) => $"“{value}” is no phone number: there are digits in one.",
        _ when record is FoundStock && Fill(new StockDraft(), field, value) is { } fault => $"{fault}.",
        _ => null,
    };

    /// <returns>What is wrong with the value; null for nothing.</returns>
    private static string? Fill(StockDraft draft, string field, string value)
    {
        switch (field)
        {
            case "title": draft.Title = value; return null;
            case "authors": draft.Authors = value; return null;
            case "publisher": draft.Publisher = value; return null;
            case "binding": draft.Binding = value; return null;
            case "condition": draft.Condition = value; return null;
            case "category": draft.Category = value; return null;
            case "year" when long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var year):
                draft.Year = year;
                return null;
            case "price" when Money.TryParse(value, out var cents):
                draft.PriceCents = cents;
                return null;
            default: return $"“{value}” will not do for {field}";
        }
    }

    private async Task<Found?> PickAsync(string text, bool contactsOnly = false)
    {
        IReadOnlyList<Found> found = contactsOnly ? desk.Till.Records.FindContacts(text)
            : [.. (await desk.Till.FindAsync(text, desk.Cancel).ConfigureAwait(false)).Where(f => f is FoundStock or FoundContact)];
        return await desk.Talk.PickAsync(found, text).ConfigureAwait(false);
    }

    private bool Tell(Outcome outcome, string saved)
    {
        if (outcome.Refused is { } refused)
        {
            desk.Say($"{refused.Reason}. {refused.Remedy}", isAlarm: true);
            return false;
        }
        desk.Say(outcome.Warning ?? saved, outcome.Warning is not null);
        return true;
    }

    private string Line(DroppedEdit dropped)
    {
        var whose = desk.Till.Records.NameOf(dropped);
        return TextColumns.Fit(
            $"{TextColumns.Fit(whose ?? dropped.Table, 24).TrimEnd()}, {dropped.Name}: “{dropped.Here}”{(dropped.IsEmail ? "" : $" (here: “{dropped.There}”)")}", 74).TrimEnd();
    }

    private static Guid Id(Found record) => record is FoundStock stock ? stock.StockId : ((FoundContact)record).ContactId;
}
