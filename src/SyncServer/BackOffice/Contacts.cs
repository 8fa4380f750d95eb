using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Authority;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>A contact as people look at it.</summary>
/// <param name="CreditCents">General Credit.</param>
/// <param name="Emails">How many were sent.</param>
public sealed record ContactRecord(
    Guid ContactId, string Name, string? Email, string? Phone, string? Address, long CreditCents, long Emails, string? Kind = null, string? Notes = null,
    bool Withdrawn = false, Guid? MergedInto = null);

/// <summary>A contact in a list.</summary>
public sealed record ContactRow(Guid Id, string Name, string Kind, string? Email, string? Phone);

/// <summary>An email on record.</summary>
/// <param name="SentAt">Unix milliseconds.</param>
/// <param name="State">One of <see cref="MailStates"/>; null where emails are kept and not sent.</param>
/// <param name="Told">Why it has not left.</param>
public sealed record EmailRow(long SentAt, long Branch, string Subject, string Body, string? Operator, string? State, string? Told);

/// <summary>A row of a contact's General Credit.</summary>
/// <param name="EnteredAt">Unix milliseconds; null while it is not posted.</param>
public sealed record CreditRow(long? EnteredAt, long Branch, long AmountCents, Guid Document, long? TransId);

/// <summary>The shop's contacts.</summary>
public sealed class Contacts(IServerDatabase database, TimeProvider clock, EntityIds ids)
{
    public const int PageSize = 50;
    private const int MostOfOne = 200;

    /// <summary>Those of an id, or of exactly that name.</summary>
    public static List<ContactRecord> Find(Session session, string who)
    {
        var rows = Guid.TryParse(who, out var id)
            ? TableSql.Where(session, BookmineSetup.Contact, "id = @id", id)
            : TableSql.Where(session, BookmineSetup.Contact, "name = @name ORDER BY id", who);
        return [.. rows.Select(r => new ContactRecord(
            r.Guid("id"), r.Text("name"), r.TextOrNull("email"), r.TextOrNull("phone"), r.TextOrNull("address"),
            session.Integer($"SELECT sum(amount_cents) FROM credit WHERE {OfSame("contact_id", "@id")}", r.Guid("id")) ?? 0,
            session.Integer($"SELECT count(*) FROM email WHERE {OfSame("contact_id", "@id")}", r.Guid("id")) ?? 0, r.Text("kind"), r.TextOrNull("notes"),
            r["withdrawn"] is not null, r.GuidOrNull("merged_into")))];
    }

    /// <summary>By words of name, email or telephone.</summary>
    public static Found<ContactRow> Search(Session session, string? text, int skip)
    {
        var (condition, values) = Words.In(text ?? "", "name", "coalesce(email, '')", "coalesce(phone, '')");
        if (PhoneNumber.TailOf(text) is { } tail)
        {
            condition = $"{PhoneNumber.DialledSql("phone")} LIKE @tail";
            values = ["%" + tail];
        }
        using var reader = session.Query(
            $"SELECT id, name, kind, email, phone FROM contact WHERE {condition} AND merged_into IS NULL AND withdrawn IS NULL ORDER BY name, id {session.Dialect.Limit("@most", "@skip")}",
            [.. values, PageSize + 1, skip]);
        var list = new List<ContactRow>();
        while (reader.Read())
        {
            list.Add(new ContactRow(
                DbValues.ReadGuid(reader, 0), reader.GetString(1), reader.GetString(2), DbValues.ReadTextOrNull(reader, 3),
                DbValues.ReadTextOrNull(reader, 4)));
        }
        return new Found<ContactRow>(list.Count > PageSize ? list[..PageSize] : list, list.Count > PageSize);
    }

    /// <summary>General Credit raised and used, the latest first.</summary>
    public static List<CreditRow> Credit(Session session, Guid contact)
    {
        using var reader = session.Query(
            $"""
            SELECT k.entered_at, k.branch, k.amount_cents, k.document_id, d.trans_id FROM credit k LEFT JOIN document d ON d.id = k.document_id
            WHERE {OfSame("k.contact_id", "@contact")} ORDER BY k.entered_at DESC {session.Dialect.Limit("@most")}
            """,
            contact, MostOfOne);
        var list = new List<CreditRow>();
        while (reader.Read())
        {
            list.Add(new CreditRow(
                DbValues.ReadIntegerOrNull(reader, 0), reader.GetInt64(1), reader.GetInt64(2), DbValues.ReadGuid(reader, 3),
                DbValues.ReadIntegerOrNull(reader, 4)));
        }
        return list;
    }

    /// <summary>Emails of some branches, the latest first.</summary>
    public static List<EmailRow> Emails(Session session, Guid contact, IReadOnlyList<long>? branches)
    {
        using var reader = session.Query(
            $"""
            SELECT e.sent_at, e.branch, e.subject, e.body, e.operator, o.state, o.told FROM email e LEFT JOIN email_outbox o ON o.email = e.id
            WHERE {OfSame("e.contact_id", "@contact")} AND {BranchFilter.In("e.branch", branches)} ORDER BY e.sent_at DESC {session.Dialect.Limit("@most")}
            """,
            contact, MostOfOne);
        var list = new List<EmailRow>();
        while (reader.Read())
        {
            list.Add(new EmailRow(reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2), reader.GetString(3), DbValues.ReadTextOrNull(reader, 4),
                DbValues.ReadTextOrNull(reader, 5)?.Split(' ')[0], DbValues.ReadTextOrNull(reader, 6)));
        }
        return list;
    }

    /// <summary>Changes fields of a contact.</summary>
    /// <param name="fields">By their names in the setup; a text empty for none.</param>
    /// <param name="expected">What each was when it was looked at; null where that does not matter.</param>
    public string Edit(Actor actor, Guid id, IReadOnlyDictionary<string, string?> fields, IReadOnlyDictionary<string, string?>? expected = null) =>
        database.Doing(clock, actor, "contact edit", (session, _) =>
        {
            var before = TableSql.Find(session, BookmineSetup.Contact, new RowKey(id)) ?? throw new ShopException($"There is no contact {id}.");
            RequireEmail(fields);
            var told = RecordEdits.Change(session, BookmineSetup.Contact, new RowKey(id), Parsed(fields), expected is null ? null : Parsed(expected));
            // What a person has changed of a person is on record by its fields, not by what they held.
            return new Done<string>(told, $"contact {before.Text("name")}", string.Join(", ", fields.Keys));
        });

    /// <returns>Its id.</returns>
    /// <exception cref="ShopException">It has no name, or a value is none.</exception>
    public Guid Add(Actor actor, IReadOnlyDictionary<string, string?> fields) => database.Doing(clock, actor, "contact add", (session, _) =>
    {
        RequireEmail(fields);
        var row = new Row(BookmineSetup.Contact) { ["id"] = ids.Next(), ["kind"] = "customer" };
        foreach (var (field, value) in Parsed(fields))
        {
            row[field] = value;
        }
        if (row["name"] is not string name || string.IsNullOrWhiteSpace(name))
        {
            throw new ShopException("A contact has a name. Nothing was made.");
        }
        TableSql.TryInsert(session, row);
        return new Done<Guid>(row.Guid("id"), $"contact {name}");
    });

    /// <summary>It is offered no more, or again.</summary>
    public void Withdraw(Actor actor, Guid id, bool isOffered = false) => database.Doing(
        clock, actor, isOffered ? "contact offer" : "contact withdraw", (session, _) =>
    {
        var record = TableSql.FindForChange(session, BookmineSetup.Contact, new RowKey(id)) ?? throw new ShopException($"There is no contact {id}.");
        record["withdrawn"] = isOffered ? null : 1L;
        TableSql.Replace(session, record);
        return new Done<bool>(true, $"contact {id}");
    });

    /// <summary>In SQL: of a contact, or of one that turned out to be the same.</summary>
    internal static string OfSame(string column, string parameter) =>
        $"({column} = {parameter} OR {column} IN (SELECT id FROM contact WHERE merged_into = {parameter}))";

    private static void RequireEmail(IReadOnlyDictionary<string, string?> fields)
    {
        if (fields.TryGetValue("email", out var email) && !string.IsNullOrEmpty(email) && email.IndexOf('@', StringComparison.Ordinal) <= 0)
        {
            throw new ShopException($"“{email}” is no email address. Nothing was changed.");
        }
    }

    private static Dictionary<string, object?> Parsed(IReadOnlyDictionary<string, string?> fields) =>
        fields.ToDictionary(f => f.Key, f => RecordEdits.Parse(BookmineSetup.Contact, f.Key, f.Value));
}
