using System.Globalization;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Posting;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Posting;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>A stock record with what each branch has of it.</summary>
public sealed record StockRecord(
    Guid StockId, string Code, string? Isbn, string Title, string? Authors, string? Publisher, long? Year, string? Binding, string? Condition,
    string? Category, IReadOnlyList<HoldingRecord> Holdings, long? TaxRateBp = null, bool Withdrawn = false, Guid? MergedInto = null);

/// <summary>A branch's price and on-hand count.</summary>
public sealed record HoldingRecord(long Branch, long? PriceCents, long OnHand);

/// <summary>A stock record in a list.</summary>
/// <param name="PriceCents">Of the branch that is looked at; null for none, or where it is all.</param>
/// <param name="OnHand">There, or of all.</param>
/// <param name="Copies">In some lists: how many were sold.</param>
public sealed record TitleRow(
    Guid Id, string Code, string? Isbn, string Title, string? Authors, string? Category, long? PriceCents, long OnHand, long Copies = 0, long Cents = 0);

/// <summary>A change of a count.</summary>
/// <param name="At">When it was entered, Unix milliseconds.</param>
/// <param name="Reason">The kind of its document, or such as <c>receipt</c>.</param>
public sealed record MovementRow(long At, long Branch, string Reason, long Qty, long ValueCents, Guid? Document, long? TransId);

/// <summary>What a month has sold of a title.</summary>
/// <param name="Month">As 202611.</param>
public sealed record SoldInMonth(int Month, long Copies, long Cents);

/// <summary>Which stock is listed.</summary>
public enum StockList
{
    Best,
    Negative,
    Unsold,
}

/// <summary>The shop's stock.</summary>
public sealed class StockRecords(IServerDatabase database, TimeProvider clock, EntityIds ids)
{
    public const int PageSize = 50;
    private const int MostMovements = 200;
    private const long MostCopies = 100_000;

    private const string Columns = "s.id, s.code, s.isbn13, s.title, s.authors, s.category";

    /// <summary>Those of an id, a code or an ISBN.</summary>
    public static List<StockRecord> Find(Session session, string what) => [.. Rows(session, what).Select(row => Describe(session, row))];

    /// <summary>By a number exactly, or by words of title and author.</summary>
    /// <param name="branch">Whose price and count; null for the count of all.</param>
    public static Found<TitleRow> Search(Session session, string? text, long? branch, int skip)
    {
        var clean = ScannedCode.Clean(text ?? "");
        if (clean.Length > 0 && Rows(session, clean) is { Count: > 0 } exact)
        {
            return new Found<TitleRow>(WithHoldings(session, [.. exact.Select(r => Short(Imports.StockKeys.Root(session, r)!)).DistinctBy(
                r => r.Id)], branch), HasMore: false);
        }
        var (condition, values) = Words.In(clean, "s.title", "coalesce(s.authors, '')");
        return Cut(session, Read(
            session, $"SELECT {Columns} FROM stock s WHERE {condition} AND s.merged_into IS NULL AND s.withdrawn IS NULL ORDER BY s.title, s.id {session.Dialect.Limit("@most", "@skip")}", hasSums: false,
            [.. values, PageSize + 1, skip]), branch);
    }

    /// <summary>
    /// The titles that sold best in some days, those of which more was sold than there were, and those of which nothing was sold.
    /// </summary>
    /// <param name="from">For what is negative, of no account.</param>
    public static Found<TitleRow> List(Session session, StockList which, long branch, int from, int to)
    {
        var sql = which switch
        {
            StockList.Best => $"""
                SELECT {Columns}, x.copies, x.cents FROM
                    (SELECT stock_id, CAST(-sum(qty) AS bigint) AS copies, CAST(sum(value_cents) AS bigint) AS cents FROM stock_movement
                     WHERE branch = @branch AND posted_day BETWEEN @from AND @to AND document_id IS NOT NULL AND stock_id IS NOT NULL
                     GROUP BY stock_id HAVING sum(qty) < 0) x
                JOIN stock s ON s.id = x.stock_id ORDER BY x.copies DESC, x.cents DESC, s.title {session.Dialect.Limit("@most")}
                """,
            StockList.Negative => $"""
                SELECT {Columns} FROM holding h JOIN stock s ON s.id = h.stock_id
                WHERE h.branch = @branch AND h.on_hand < 0 AND @from <= @to ORDER BY h.on_hand, s.title {session.Dialect.Limit("@most")}
                """,
            _ => $"""
                SELECT {Columns} FROM
                    (SELECT h.stock_id FROM holding h LEFT JOIN
                        (SELECT DISTINCT m.stock_id FROM stock_movement m WHERE m.branch = @branch AND m.posted_day BETWEEN @from AND @to) sold
                        ON sold.stock_id = h.stock_id
                     WHERE h.branch = @branch AND h.on_hand > 0 AND sold.stock_id IS NULL ORDER BY h.stock_id {session.Dialect.Limit("@most")}) x
                JOIN stock s ON s.id = x.stock_id ORDER BY s.id
                """,
        };
        return Cut(session, Read(session, sql, which == StockList.Best, branch, from, to, PageSize + 1), branch);
    }

    /// <summary>The latest changes of a title's counts.</summary>
    public static List<MovementRow> Movements(Session session, Guid stock, IReadOnlyList<long>? branches)
    {
        using var reader = session.Query(
            $"""
            SELECT coalesce(m.posted_at, m.taken_at), m.branch, m.reason, m.qty, m.value_cents, m.document_id, d.trans_id
            FROM stock_movement m LEFT JOIN document d ON d.id = m.document_id
            WHERE m.stock_id = @stock AND {BranchFilter.In("m.branch", branches)}
            ORDER BY coalesce(m.posted_at, m.taken_at) DESC {session.Dialect.Limit("@most")}
            """,
            stock, MostMovements);
        var list = new List<MovementRow>();
        while (reader.Read())
        {
            list.Add(new MovementRow(
                reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2), reader.GetInt64(3), reader.GetInt64(4), DbValues.ReadGuidOrNull(reader, 5),
                DbValues.ReadIntegerOrNull(reader, 6)));
        }
        return list;
    }

    /// <summary>What the months have sold of a title, in order.</summary>
    public static List<SoldInMonth> ByMonth(Session session, Guid stock, IReadOnlyList<long>? branches, int from)
    {
        using var reader = session.Query(
            $"""
            SELECT posted_day / 100, CAST(-sum(qty) AS bigint), CAST(sum(value_cents) AS bigint) FROM stock_movement
            WHERE stock_id = @stock AND document_id IS NOT NULL AND {BranchFilter.In("branch", branches)} AND posted_day >= @from
            GROUP BY posted_day / 100 ORDER BY posted_day / 100
            """,
            stock, from);
        var list = new List<SoldInMonth>();
        while (reader.Read())
        {
            list.Add(new SoldInMonth((int)reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)));
        }
        return list;
    }

    /// <summary>Changes fields of a record, and a branch's price.</summary>
    /// <param name="fields">By their names in the setup; a text empty for none.</param>
    /// <param name="expected">What each was when it was looked at; null where that does not matter.</param>
    /// <param name="price">The branch and its price in cents; null to leave prices alone.</param>
    /// <exception cref="ShopException">A value is none, or somebody has changed it meanwhile; nothing was changed.</exception>
    public string Edit(
        Actor actor, Guid id, IReadOnlyDictionary<string, string?> fields, IReadOnlyDictionary<string, string?>? expected = null,
        (long Branch, long? Cents, long? Expected)? price = null) => database.Doing(clock, actor, "stock edit", (session, rights) =>
    {
        var record = TableSql.Find(session, BookmineSetup.Stock, new RowKey(id)) ?? throw new ShopException($"There is no stock record {id}.");
        var told = new List<string>();
        if (fields.Count > 0)
        {
            var values = Parsed(fields);
            WithIsbn(values);
            told.Add(RecordEdits.Change(session, BookmineSetup.Stock, new RowKey(id), values, expected is null ? null : Parsed(expected)));
        }
        if (price is var (branch, cents, before))
        {
            rights.Demand(branch);
            Branches.Require(session, branch);
            told.Add(RecordEdits.Change(
                session, BookmineSetup.Holding, new RowKey(branch, id), new Dictionary<string, object?> { ["price_cents"] = cents },
                expected is null ? null : new Dictionary<string, object?> { ["price_cents"] = before }));
        }
        var what = string.Join("; ", told);
        return new Done<string>(what, $"stock {record.Text("code")}, {record.Text("title")}", what);
    });

    /// <summary>Copies that came in; negative to take them out again.</summary>
    /// <returns>What there is then.</returns>
    /// <exception cref="ShopException">There is no such record, or the number is none.</exception>
    public long Receive(Actor actor, Guid id, long branch, long copies) => database.Doing(clock, actor, "stock receive", (session, rights) =>
    {
        rights.Demand(branch);
        Branches.Require(session, branch);
        if (copies is 0 or > MostCopies or < -MostCopies)
        {
            throw new ShopException($"{copies} copies cannot be received. Give a number up to {MostCopies:N0}. Nothing was changed.");
        }
        var record = RootOf(session, id);
        id = record.Guid("id");
        var moves = new StockMoves(session, clock, ids);
        moves.Add(branch, id, record.Text("code"), copies, MovementReasons.Receipt, moves.Now(branch));
        var onHand = session.Integer("SELECT on_hand FROM holding WHERE branch = @branch AND stock_id = @stock", branch, id) ?? 0;
        return new Done<long>(onHand, $"stock {record.Text("code")}, {record.Text("title")}", FormattableString.Invariant($"{copies} in branch {branch}"));
    });

    /// <summary>So many copies were counted at this moment.</summary>
    /// <returns>What there is then.</returns>
    /// <exception cref="ShopException">There is no such record, or the number is none.</exception>
    public long Count(Actor actor, Guid id, long branch, long copies) => database.Doing(clock, actor, "stock count", (session, rights) =>
    {
        rights.Demand(branch);
        Branches.Require(session, branch);
        if (copies is < 0 or > MostCopies)
        {
            throw new ShopException($"{copies} copies cannot have been counted. Give a number up to {MostCopies:N0}. Nothing was changed.");
        }
        var record = RootOf(session, id);
        id = record.Guid("id");
        new LiveRows(session).Lock([(BookmineSetup.Holding, new RowKey(branch, id))]);
        Counter.NotBefore(session, 0);
        new StockMoves(session, clock, ids).Count(branch, id, record.Text("code"), clock.GetUtcNow().ToUnixTimeMilliseconds(), copies, null, actor.Name);
        return new Done<long>(copies, $"stock {record.Text("code")}, {record.Text("title")}", FormattableString.Invariant($"{copies} in branch {branch}"));
    });

    /// <summary>It is offered no more, or again; tills find it by its code alone, for a copy that turns up.</summary>
    public void Withdraw(Actor actor, Guid id, bool isOffered = false) => database.Doing(
        clock, actor, isOffered ? "stock offer" : "stock withdraw", (session, _) =>
    {
        var record = TableSql.FindForChange(session, BookmineSetup.Stock, new RowKey(id)) ?? throw new ShopException($"There is no stock record {id}.");
        record["withdrawn"] = isOffered ? null : 1L;
        TableSql.Replace(session, record);
        return new Done<bool>(true, $"stock {record.Text("code")}, {record.Text("title")}");
    });

    /// <summary>A record, or the one that it turned out to be.</summary>
    private static Row RootOf(Session session, Guid id) => Imports.StockKeys.Root(session, TableSql.Find(session, BookmineSetup.Stock, new RowKey(id)))
        ?? throw new ShopException($"There is no stock record {id}.");

    private static Dictionary<string, object?> Parsed(IReadOnlyDictionary<string, string?> fields) =>
        fields.ToDictionary(f => f.Key, f => RecordEdits.Parse(BookmineSetup.Stock, f.Key, f.Value));

    /// <summary>The two forms of an ISBN are changed together.</summary>
    private static void WithIsbn(Dictionary<string, object?> values)
    {
        if (values.TryGetValue("isbn13", out var isbn))
        {
            values["isbn10"] = isbn is long number ? Isbn.ToTen(number) : null;
        }
    }

    private static List<Row> Rows(Session session, string what)
    {
        if (Guid.TryParse(what, out var id))
        {
            return TableSql.Where(session, BookmineSetup.Stock, "id = @id", id);
        }
        what = ScannedCode.Clean(what);
        var byCode = Isbn.FormsOf(what).SelectMany(form => TableSql.Where(
            session, BookmineSetup.Stock, session.Dialect.TextEquals("code", "@code"), form)).ToList();
        return Isbn.TryParse(what, out var isbn)
            ? [.. byCode.Concat(TableSql.Where(session, BookmineSetup.Stock, "isbn13 = @isbn", isbn)).DistinctBy(r => r.Key)]
            : byCode;
    }

    private static StockRecord Describe(Session session, Row row) => new(
        row.Guid("id"), row.Text("code"), row.IntegerOrNull("isbn13")?.ToString(CultureInfo.InvariantCulture), row.Text("title"), row.TextOrNull("authors"),
        row.TextOrNull("publisher"), row.IntegerOrNull("year"), row.TextOrNull("binding"), row.TextOrNull("condition"), row.TextOrNull("category"),
        [.. HoldingsOf(session, [row.Guid("id")], null).OrderBy(h => h.Integer("branch"))
            .Select(h => new HoldingRecord(h.Integer("branch"), h.IntegerOrNull("price_cents"), h.Integer("on_hand")))], row.IntegerOrNull("tax_rate_bp"),
        row["withdrawn"] is not null, row.GuidOrNull("merged_into"));

    private static TitleRow Short(Row row) => new(
        row.Guid("id"), row.Text("code"), row.IntegerOrNull("isbn13")?.ToString(CultureInfo.InvariantCulture), row.Text("title"), row.TextOrNull("authors"),
        row.TextOrNull("category"), null, 0);

    private static Found<TitleRow> Cut(Session session, List<TitleRow> rows, long? branch) =>
        new(WithHoldings(session, rows.Count > PageSize ? rows[..PageSize] : rows, branch), rows.Count > PageSize);

    /// <summary>By their keys, which begin with the branch: for each branch there is, so that no table is gone through.</summary>
    private static List<Row> HoldingsOf(Session session, IReadOnlyCollection<Guid> stock, long? branch)
    {
        IEnumerable<long> branches = branch is { } one ? [one] : session.IntegersOf("SELECT id FROM branch ORDER BY id");
        return TableSql.FindAll(session, BookmineSetup.Holding, [.. branches.SelectMany(b => stock.Select(id => new RowKey(b, id)))]);
    }

    private static List<TitleRow> WithHoldings(Session session, List<TitleRow> rows, long? branch)
    {
        var sums = new Dictionary<Guid, (long? Price, long OnHand)>();
        foreach (var row in HoldingsOf(session, [.. rows.Select(r => r.Id).Distinct()], branch))
        {
            var sum = sums.GetValueOrDefault(row.Guid("stock_id"));
            sums[row.Guid("stock_id")] = (branch is null ? null : row.IntegerOrNull("price_cents"), sum.OnHand + row.Integer("on_hand"));
        }
        return rows.ConvertAll(r => r with { PriceCents = sums.GetValueOrDefault(r.Id).Price, OnHand = sums.GetValueOrDefault(r.Id).OnHand });
    }

    private static List<TitleRow> Read(Session session, string sql, bool hasSums, params ReadOnlySpan<object?> values)
    {
        using var reader = session.Query(sql, values);
        var list = new List<TitleRow>();
        while (reader.Read())
        {
            list.Add(new TitleRow(
                DbValues.ReadGuid(reader, 0), reader.GetString(1), DbValues.ReadIntegerOrNull(reader, 2)?.ToString(CultureInfo.InvariantCulture),
                reader.GetString(3), DbValues.ReadTextOrNull(reader, 4), DbValues.ReadTextOrNull(reader, 5), null, 0,
                hasSums ? reader.GetInt64(6) : 0, hasSums ? reader.GetInt64(7) : 0));
        }
        return list;
    }
}
