using Bookmine.Schema;
using Bookmine.Schema.Views;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Reports;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>A transaction in a list. Times are Unix milliseconds.</summary>
public sealed record SaleRow(
    Guid Id, long? TransId, string Docket, string Kind, long Branch, string Till, string? Operator, string? Customer, long StartedAt, long? PostedAt,
    long TotalCents, bool Disconnected, string? Reference);

/// <summary>What transactions are looked for.</summary>
/// <param name="Text">
/// A number with or without D, a reference, an amount such as 17.95, words of a customer's name or of a title; null or empty for all.
/// </param>
/// <param name="From">The first branch's day of posting, as 20261123.</param>
/// <param name="Kind">Of <see cref="EntryKinds"/>; null for all.</param>
/// <param name="Skip">So many of the latest are passed over.</param>
public sealed record SaleSearch(string? Text, int From, int To, string? Kind = null, int Skip = 0, Guid? Contact = null, Guid? Stock = null);

/// <summary>Some of what was found, the latest first.</summary>
/// <param name="HasMore">Whether there is more after it.</param>
public sealed record Found<T>(IReadOnlyList<T> Rows, bool HasMore);

/// <summary>Posted transactions, as people look them up.</summary>
public static class SalesRecords
{
    public const int PageSize = 50;
    private const int MostMatches = 200;
    private const int MostOfChain = 200;

    private const string Columns = """
        d.id, d.trans_id, d.docket, d.kind, d.branch, d.till, t.name, d.operator, c.name, d.started_at, d.posted_at, d.total_cents, d.disconnected, d.reference
        """;

    private const string Tables = "document d LEFT JOIN till t ON t.id = d.till LEFT JOIN contact c ON c.id = d.contact_id";

    /// <summary>A number or a reference finds it whatever its day; all else looks within the days.</summary>
    public static Found<SaleRow> Find(Session session, Rights rights, SaleSearch search, long? branch)
    {
        var text = search.Text?.Trim() ?? "";
        var where = BranchFilter.In("d.branch", rights.Among(branch) ?? [.. Branches.All(session).Select(b => b.Id)]);
        if (text.Length > 0 && ByNumber(session, where, text) is { Count: > 0 } numbered)
        {
            return new Found<SaleRow>(numbered, HasMore: false);
        }
        var values = new List<object?>();
        where += Kind(search, values);
        if (search.Contact is { } contact)
        {
            // By the index alone, where nobody turned out to be the same.
            where += session.Scalar("SELECT 1 FROM contact WHERE merged_into = @contact", contact) is null
                ? " AND d.contact_id = @contact" : $" AND {Contacts.OfSame("d.contact_id", "@contact")}";
            values.Add(contact);
        }
        if (search.Stock is { } stock)
        {
            where += " AND d.id IN (SELECT m.document_id FROM stock_movement m WHERE m.stock_id = @stock AND m.document_id IS NOT NULL)";
            values.Add(stock);
        }
        if (text.Length > 0 && Money.TryParse(text, out var cents))
        {
            where += " AND d.total_cents = @cents";
            values.Add(cents);
        }
        else if (text.Length > 0)
        {
            return ByWords(session, where, text, values, search);
        }
        where += " AND d.posted_day BETWEEN @from AND @to";
        return Page(session, where, [.. values, search.From, search.To], search.Skip);
    }

    /// <summary>A transaction by its id; null where there is none.</summary>
    /// <exception cref="ForbiddenException">It is of a branch that is not theirs.</exception>
    public static TransactionView? Find(Session session, Rights rights, Guid id)
    {
        if (Transactions.FindAll(session, [id]) is not [var found])
        {
            return null;
        }
        rights.Demand(found.Branch);
        return found;
    }

    /// <summary>
    /// A transaction with all that belongs together with it: what it refers to, and what refers to that, in the order of posting.
    /// </summary>
    public static IReadOnlyList<TransactionView> Chain(Session session, Guid id)
    {
        var root = id;
        for (var i = 0; i < MostOfChain && OriginalOf(session, root) is { } before; i++)
        {
            root = before;
        }
        var chain = new List<Guid> { root };
        for (var i = 0; i < chain.Count && chain.Count < MostOfChain; i++)
        {
            using var reader = session.Query("SELECT id FROM document WHERE original_id = @id ORDER BY trans_id", chain[i]);
            while (reader.Read())
            {
                chain.Add(DbValues.ReadGuid(reader, 0));
            }
        }
        return [.. Transactions.FindAll(session, [.. chain.Distinct()]).OrderBy(t => t.TransId ?? long.MaxValue)];
    }

    private static Guid? OriginalOf(Session session, Guid id)
    {
        using var reader = session.Query("SELECT original_id FROM document WHERE id = @id", id);
        return reader.Read() ? DbValues.ReadGuidOrNull(reader, 0) : null;
    }

    private static string Kind(SaleSearch search, List<object?> values)
    {
        if (search.Kind is not { } kind)
        {
            return "";
        }
        values.Add(kind);
        return " AND d.kind = @kind";
    }

    private static List<SaleRow> ByNumber(Session session, string where, string text)
    {
        if (DocketNumber.TryParse(text, out var number))
        {
            var found = Read(session, $"SELECT {Columns} FROM {Tables} WHERE {(number.IsD ? "d.docket" : "d.trans_id")} = @number AND {where}", number.Value);
            if (found.Count > 0)
            {
                return found;
            }
        }
        return Read(
            session,
            $"""
            SELECT {Columns} FROM {Tables} WHERE {session.Dialect.TextEquals("d.reference", "@text")} AND {where}
            ORDER BY d.posted_at DESC {session.Dialect.Limit("@most")}
            """,
            text, PageSize);
    }

    /// <summary>By the customer's name or the titles sold, from records that have the words.</summary>
    private static Found<SaleRow> ByWords(Session session, string where, string text, List<object?> values, SaleSearch search)
    {
        var contacts = Matches(session, "contact", Words.In(text, "name"));
        var stock = Matches(session, "stock", Words.In(text, "title", "coalesce(authors, '')"));
        if (contacts.Count + stock.Count == 0)
        {
            return new Found<SaleRow>([], HasMore: false);
        }
        var ids = new RowSet(new SetColumn("id", SetType.Guid));
        contacts.Concat(stock).ToList().ForEach(id => ids.Add(id));
        using var reader = session.Query(
            $"""
            SELECT {Columns} FROM {Tables} WHERE {where} AND d.id IN (
                SELECT x.id FROM @set k JOIN document x ON x.contact_id = k.id WHERE x.posted_day BETWEEN @from AND @to
                UNION SELECT m.document_id FROM @set k JOIN stock_movement m ON m.stock_id = k.id WHERE m.posted_day BETWEEN @from AND @to)
            ORDER BY d.posted_day DESC, d.trans_id DESC {session.Dialect.Limit("@most", "@skip")}
            """,
            ids, [.. values, search.From, search.To, PageSize + 1, search.Skip]);
        return Cut(Read(reader));
    }

    private static List<Guid> Matches(Session session, string table, (string Condition, List<object?> Values) words)
    {
        using var reader = session.Query(
            $"SELECT id FROM {table} WHERE {words.Condition} ORDER BY id {session.Dialect.Limit("@most")}", [.. words.Values, MostMatches]);
        var ids = new List<Guid>();
        while (reader.Read())
        {
            ids.Add(DbValues.ReadGuid(reader, 0));
        }
        return ids;
    }

    private static Found<SaleRow> Page(Session session, string where, object?[] values, int skip) => Cut(Read(
        session,
        $"SELECT {Columns} FROM {Tables} WHERE {where} ORDER BY d.posted_day DESC, d.trans_id DESC {session.Dialect.Limit("@most", "@skip")}",
        [.. values, PageSize + 1, skip]));

    private static Found<SaleRow> Cut(List<SaleRow> rows) => new(rows.Count > PageSize ? rows[..PageSize] : rows, rows.Count > PageSize);

    private static List<SaleRow> Read(Session session, string sql, params ReadOnlySpan<object?> values)
    {
        using var reader = session.Query(sql, values);
        return Read(reader);
    }

    private static List<SaleRow> Read(System.Data.Common.DbDataReader reader)
    {
        var list = new List<SaleRow>();
        while (reader.Read())
        {
            list.Add(new SaleRow(
                DbValues.ReadGuid(reader, 0), DbValues.ReadIntegerOrNull(reader, 1), DocketNumber.D(reader.GetInt64(2)).ToString(), reader.GetString(3),
                reader.GetInt64(4), DbValues.ReadTextOrNull(reader, 6) ?? FormattableString.Invariant($"till {reader.GetInt64(5)}"),
                DbValues.ReadTextOrNull(reader, 7), DbValues.ReadTextOrNull(reader, 8), reader.GetInt64(9), DbValues.ReadIntegerOrNull(reader, 10),
                reader.GetInt64(11), reader.GetInt64(12) == 1, DbValues.ReadTextOrNull(reader, 13)));
        }
        return list;
    }
}
