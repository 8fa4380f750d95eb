using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.TillClient.Finding;

namespace Bookmine.TillClient.Selling;

/// <summary>Makes the row changes of new and edited stock records and contacts, and of emails. Seals nothing.</summary>
internal sealed class RecordMaker(ReplicaView view, Catalogue catalogue, EntityIds ids, TimeProvider clock)
{
    private const string FindIt = "Find it first; the number or name must be exact.";

    /// <param name="inHouseNumber">Takes a number of the till's block for an in-house EAN, when the item needs one.</param>
    public IReadOnlyList<RowChange> NewStock(StockDraft draft, Func<long> inHouseNumber)
    {
        var title = draft.Title ?? throw new RefusedException("the stock record has no title", "Give a title.");
        var isbn = IsbnOf(draft.Isbn);
        RequirePrice(draft.PriceCents);
        var id = draft.StockId ?? ids.Next();
        if (view.Find(BookmineSetup.Stock, new RowKey(id)) is not null || (draft.Code is not null && catalogue.ByNumber(draft.Code).Count > 0))
        {
            throw new RefusedException($"a stock record {draft.Code ?? id.ToString()} is there already", "Edit it instead: bookmine-till stock edit.");
        }
        var code = draft.Code ?? (isbn is not null && draft.Condition is null ? FormattableString.Invariant($"{isbn}") : Isbn.InHouseEan(inHouseNumber()));
        var stock = Filled(new Row(BookmineSetup.Stock) { ["id"] = id, ["code"] = code, ["isbn13"] = isbn, ["isbn10"] = isbn is { } n ? Isbn.ToTen(n) : null, ["title"] = title }, draft);
        var changes = new List<RowChange>
        {
            new(ChangeOp.Insert, stock),
            new(ChangeOp.Insert, new Row(BookmineSetup.Holding) { ["branch"] = view.Branch, ["stock_id"] = id, ["price_cents"] = draft.PriceCents }),
        };
        if (draft.Qty is { } received and not 0)
        {
            changes.Add(new RowChange(ChangeOp.Insert, new Row(BookmineSetup.StockMovement)
            {
                ["id"] = ids.Next(), ["branch"] = view.Branch, ["stock_id"] = id, ["code"] = code, ["qty"] = received, ["value_cents"] = 0L,
                ["reason"] = MovementReasons.Receipt, ["taken_at"] = clock.GetUtcNow().ToUnixTimeMilliseconds(),
            }));
        }
        return changes;
    }

    public IReadOnlyList<RowChange> EditStock(StockDraft draft, long acknowledged)
    {
        var stock = FindStock(draft);
        RequirePrice(draft.PriceCents);
        var wanted = Filled(new Row(BookmineSetup.Stock), draft);
        if (draft.Title is not null)
        {
            if (string.IsNullOrWhiteSpace(draft.Title))
            {
                throw new RefusedException("a stock record is never without a title", "Give a title.");
            }
            wanted["title"] = draft.Title;
        }
        if (draft.StockId is not null && draft.Code is not null)
        {
            wanted["code"] = draft.Code;
        }
        if ((draft.StockId is not null || draft.Code is not null) && draft.Isbn is not null)
        {
            wanted["isbn13"] = IsbnOf(draft.Isbn);
        }
        var changes = new List<RowChange>();
        AddChange(changes, stock, wanted, acknowledged);
        if (draft.PriceCents is { } price)
        {
            var key = new RowKey(view.Branch, stock.Guid("id"));
            var holding = view.Find(BookmineSetup.Holding, key) ?? new Row(BookmineSetup.Holding) { ["branch"] = key.Integer, ["stock_id"] = key.Guid };
            AddChange(changes, holding, new Row(BookmineSetup.Holding) { ["price_cents"] = price }, acknowledged);
        }
        return changes.Count > 0 ? changes : throw NothingChanged();
    }

    public IReadOnlyList<RowChange> NewContact(ContactDraft draft)
    {
        var name = string.IsNullOrWhiteSpace(draft.Name) ? throw new RefusedException("the contact has no name", "Give a name.") : draft.Name;
        RequireEmail(draft.Email);
        var contact = Filled(new Row(BookmineSetup.Contact) { ["id"] = draft.ContactId ?? ids.Next(), ["kind"] = "customer", ["name"] = name }, draft);
        return view.Find(BookmineSetup.Contact, contact.Key) is null
            ? [new RowChange(ChangeOp.Insert, contact)]
            : throw new RefusedException($"a contact {contact.Key} is there already", "Edit it instead: bookmine-till contact edit.");
    }

    public IReadOnlyList<RowChange> EditContact(ContactDraft draft, long acknowledged)
    {
        var contact = FindContact(draft.ContactId, draft.Name);
        RequireEmail(draft.Email);
        var wanted = Filled(new Row(BookmineSetup.Contact), draft);
        if (draft.ContactId is not null && draft.Name is not null)
        {
            wanted["name"] = draft.Name;
        }
        var changes = new List<RowChange>();
        AddChange(changes, contact, wanted, acknowledged);
        return changes.Count > 0 ? changes : throw NothingChanged();
    }

    public IReadOnlyList<RowChange> NewEmail(EmailDraft draft)
    {
        var contact = FindContact(draft.ContactId, draft.Name);
        return draft.Subject is null || draft.Body is null
            ? throw new RefusedException("the email has no subject or no body", "Give both.")
            : [new RowChange(ChangeOp.Insert, new Row(BookmineSetup.Email)
            {
                ["id"] = ids.Next(), ["branch"] = view.Branch, ["contact_id"] = contact.Guid("id"), ["subject"] = draft.Subject, ["body"] = draft.Body,
                ["operator"] = draft.Operator, ["sent_at"] = clock.GetUtcNow().ToUnixTimeMilliseconds(),
            })];
    }

    /// <summary>A record made here and not answered yet is corrected; any other is edited, which only the server may do.</summary>
    private void AddChange(List<RowChange> changes, Row current, Row wanted, long acknowledged)
    {
        var table = current.Table;
        var (values, old) = (new Row(table), new Row(table));
        foreach (var key in table.KeyColumns)
        {
            (values[key], old[key]) = (current[key], current[key]);
        }
        for (var i = 0; i < table.Columns.Count; i++)
        {
            if (wanted.Has(i) && !Equals(wanted[i], current[i]))
            {
                (values[i], old[i]) = (wanted[i], current[i]);
            }
        }
        if (values.Count > table.KeyColumns.Count)
        {
            var own = view.Overlay.MakerOf(table, current.Key) is { } n && n > acknowledged;
            changes.Add(new RowChange(own ? ChangeOp.Amend : ChangeOp.Update, values, old));
        }
    }

    private Row FindStock(StockDraft draft)
    {
        if (draft.StockId is { } id)
        {
            return view.Find(BookmineSetup.Stock, new RowKey(id)) ?? throw new RefusedException($"there is no stock record {id}", FindIt);
        }
        var number = draft.Code ?? draft.Isbn ?? throw new RefusedException("the edit names no stock record", "Name it by stock_id, code or isbn.");
        return catalogue.ByNumber(number) switch
        {
            [] => throw new RefusedException($"there is no stock record {number}", FindIt),
            [var one] => view.Find(BookmineSetup.Stock, new RowKey(one.StockId))!,
            var several => throw new RefusedException($"{number} stands for {several.Count} stock records", "Name one by its code or stock_id."),
        };
    }

    private Row FindContact(Guid? id, string? name)
    {
        if (id is { } known)
        {
            return view.Find(BookmineSetup.Contact, new RowKey(known)) ?? throw new RefusedException($"there is no contact {known}", FindIt);
        }
        var exact = catalogue.Contacts(name ?? throw new RefusedException("no contact is named", "Name it by contact_id or its exact name.")).FindAll(c => c.Name == name);
        return exact.Count switch
        {
            0 => throw new RefusedException($"there is no contact “{name}”", FindIt),
            1 => view.Find(BookmineSetup.Contact, new RowKey(exact[0].ContactId))!,
            _ => throw new RefusedException($"“{name}” stands for {exact.Count} contacts", "Name one by its contact_id."),
        };
    }

    private static Row Filled(Row stock, StockDraft draft) => Fill(
        stock, ("authors", draft.Authors), ("publisher", draft.Publisher), ("year", draft.Year), ("binding", draft.Binding), ("condition", draft.Condition), ("category", draft.Category));

    private static Row Filled(Row contact, ContactDraft draft) => Fill(
        contact, ("email", draft.Email), ("phone", draft.Phone), ("address", draft.Address), ("notes", draft.Notes));

    private static Row Fill(Row row, params ReadOnlySpan<(string Column, object? Value)> values)
    {
        foreach (var (column, value) in values)
        {
            if (value is not null)
            {
                row[column] = value;
            }
        }
        return row;
    }

    private static long? IsbnOf(string? text) => text is null ? null
        : Isbn.TryParse(text, out var isbn) ? isbn
        : throw new RefusedException($"“{text}” is not an ISBN", "Look for a slip: its check digit or its length is wrong.");

    private static void RequirePrice(long? price)
    {
        if (price is < 0 or > Money.MostCents)
        {
            throw new RefusedException($"the price {price} is none", "Give cents, 0 or more.");
        }
    }

    private static void RequireEmail(string? email)
    {
        if (email is { Length: > 0 } && !ContactDraft.IsEmail(email))
        {
            throw new RefusedException($"“{email}” is not an email address", "Mend it, or leave it out.");
        }
    }

    private static RefusedException NothingChanged() => new("nothing would change", "Give at least one field with another value.");
}
