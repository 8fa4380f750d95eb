using System.Globalization;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Posting;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Posting;
using Bookmine.SyncServer.Posting.Findings;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>A record that may be the same as another.</summary>
/// <param name="What">What distinguishes it, on one line.</param>
public sealed record Twin(Guid Id, string Name, string What);

/// <summary>
/// Records of which two turned out to be one. Nothing that was posted is changed: the one that goes keeps its rows and names the other, which
/// is looked at in its place. Every record names the last of a chain, so that one look finds it.
/// </summary>
public sealed class Merges(IServerDatabase database, TimeProvider clock, EntityIds ids)
{
    private static readonly string[] Filled = ["email", "phone", "address", "notes"];

    /// <summary>Stock that turned out to be other stock: its copies go over, now and with each posting to come; its codes find the other.</summary>
    /// <returns>What was done.</returns>
    /// <exception cref="ShopException">One is not there, or is merged already, or they are one; nothing was changed.</exception>
    public string MergeStock(Actor actor, Guid from, Guid into) => database.Doing(clock, actor, "stock merge", (session, rights) =>
    {
        var (gone, kept) = Begin(session, BookmineSetup.Stock, from, into);
        var holdings = LockHoldings(session, gone, kept);
        var moves = new StockMoves(session, clock, ids);
        var copies = 0L;
        foreach (var holding in holdings.Where(h => h.Guid("stock_id") == gone.Guid("id")))
        {
            var (branch, there) = (holding.Integer("branch"), holding.Integer("on_hand"));
            if (there != 0)
            {
                rights.Demand(branch);
                var at = moves.Now(branch);
                moves.Add(branch, gone.Guid("id"), gone.Text("code"), -there, MovementReasons.Merge, at);
                moves.Add(branch, kept.Guid("id"), gone.Text("code"), there, MovementReasons.Merge, at);
                copies += there;
            }
            var has = holdings.Find(h => h.Integer("branch") == branch && h.Guid("stock_id") == kept.Guid("id"))?.IntegerOrNull("price_cents");
            if (has is null && holding.IntegerOrNull("price_cents") is { } price)
            {
                rights.Demand(branch);
                moves.Add(branch, kept.Guid("id"), kept.Text("code"), 0, MovementReasons.Merge, moves.Now(branch));
                session.Execute(
                    "UPDATE holding SET price_cents = @price WHERE branch = @branch AND stock_id = @stock AND price_cents IS NULL", price, branch,
                        kept.Guid("id"));
            }
        }
        End(session, gone, kept);
        // After every count there is: no count of before knows of copies that go over from now on.
        var since = Math.Max(clock.GetUtcNow().ToUnixTimeMilliseconds(), (session.Integer("SELECT max(at) FROM stock_count") ?? 0) + 1);
        foreach (var alias in TableSql.Where(session, BookmineSetup.Stock, "merged_into = @kept", kept.Guid("id")).Select(r => r.Guid("id")))
        {
            session.InsertIfAbsent("stock_merge", "stock_id, at", alias, since);
        }
        var told = string.Create(
            CultureInfo.InvariantCulture,
                $"{gone.Text("title")} ({gone.Text("code")}) is {kept.Text("title")} ({kept.Text("code")}) from now on; {copies} copies went over");
        return new Done<string>(told, $"stock {gone.Text("code")}", told);
    });

    /// <summary>A contact that turned out to be another: what is of the one is shown with the other, which gets what it lacks.</summary>
    public string MergeContact(Actor actor, Guid from, Guid into) => database.Doing(clock, actor, "contact merge", (session, _) =>
    {
        var (gone, kept) = Begin(session, BookmineSetup.Contact, from, into);
        var before = kept.Copy();
        foreach (var field in Filled)
        {
            kept[field] ??= gone[field];
        }
        if (Imports.ImportBook.Differences(before, kept).Count > 0)
        {
            TableSql.Replace(session, kept);
        }
        End(session, gone, kept);
        return new Done<string>($"{gone.Text("name")} is {kept.Text("name")} from now on", $"contact {gone.Guid("id")}", $"into {kept.Guid("id")}");
    });

    /// <summary>They are two after all. Copies that went over come back, less none: what was sold since was the other's.</summary>
    public string UnmergeStock(Actor actor, Guid id) => database.Doing(clock, actor, "stock unmerge", (session, rights) =>
    {
        var gone = Merged(session, BookmineSetup.Stock, id);
        var kept = TableSql.Find(session, BookmineSetup.Stock, new RowKey(gone.Guid("merged_into")))!;
        var holdings = LockHoldings(session, gone, kept);
        var moves = new StockMoves(session, clock, ids);
        foreach (var branch in holdings.Select(h => h.Integer("branch")).Distinct())
        {
            var went = -(session.Integer(
                "SELECT sum(qty) FROM stock_movement WHERE stock_id = @stock AND branch = @branch AND reason = @reason", id, branch,
                    MovementReasons.Merge) ?? 0);
            if (went != 0)
            {
                rights.Demand(branch);
                var at = moves.Now(branch);
                moves.Add(branch, kept.Guid("id"), gone.Text("code"), -went, MovementReasons.Merge, at);
                moves.Add(branch, id, gone.Text("code"), went, MovementReasons.Merge, at);
            }
        }
        Separate(session, gone);
        session.Execute("DELETE FROM stock_merge WHERE stock_id = @id", id);
        return new Done<string>($"{gone.Text("title")} ({gone.Text("code")}) is a record of its own again", $"stock {gone.Text("code")}");
    });

    public string UnmergeContact(Actor actor, Guid id) => database.Doing(clock, actor, "contact unmerge", (session, _) =>
    {
        var gone = Merged(session, BookmineSetup.Contact, id);
        Separate(session, gone);
        return new Done<string>($"{gone.Text("name")} is a contact of their own again", $"contact {id}");
    });

    /// <summary>Two records are two: no finding says again that they may be one.</summary>
    public void NotDuplicate(Actor actor, Guid one, Guid other) => database.Doing(clock, actor, "no duplicate", (session, _) =>
    {
        if (one == other)
        {
            throw new ShopException("That is one and the same record. Nothing was changed.");
        }
        var (a, b) = InOrder(one, other);
        session.InsertIfAbsent("not_duplicate", "a, b, said_at, said_by", a, b, clock.GetUtcNow().ToUnixTimeMilliseconds(), actor.Name);
        foreach (var id in new[] { one, other }.Where(id => TwinsOf(session, id).Count == 0))
        {
            FindingLog.Resolve(session, FindingKinds.LikelyDuplicate, [id.ToString()], clock.GetUtcNow().ToUnixTimeMilliseconds());
        }
        return new Done<bool>(true, $"{one} and {other}");
    });

    /// <summary>Records that may be the same as one, and of which nobody has said that they are not.</summary>
    public static List<Twin> TwinsOf(Session session, Guid id)
    {
        if (TableSql.Find(session, BookmineSetup.Stock, new RowKey(id)) is { } stock)
        {
            return stock.IntegerOrNull("isbn13") is not { } isbn ? [] : Apart(session, id, TableSql.Where(
                session, BookmineSetup.Stock,
                    "isbn13 = @isbn AND id <> @id AND condition IS NOT DISTINCT FROM @condition AND merged_into IS NULL ORDER BY id", isbn, id,
                        stock["condition"]));
        }
        return TableSql.Find(session, BookmineSetup.Contact, new RowKey(id)) is not { } contact ? [] : Apart(session, id, TableSql.Where(
            session, BookmineSetup.Contact, $"{session.Dialect.TextEquals("name", "@name")} AND id <> @id AND merged_into IS NULL ORDER BY id",
                contact["name"], id));
    }

    /// <summary>Those that may be the same as a record, and those that turned out to be.</summary>
    public static (List<Twin> Twins, List<Twin> Aliases) Around(Session session, bool isContact, Guid id) =>
        (TwinsOf(session, id), MergedInto(session, isContact ? BookmineSetup.Contact : BookmineSetup.Stock, id));

    /// <summary>The records that turned out to be this one.</summary>
    public static List<Twin> MergedInto(Session session, SyncTable table, Guid id) =>
        [.. TableSql.Where(session, table, "merged_into = @id ORDER BY id", id).Select(Described)];

    private static List<Twin> Apart(Session session, Guid id, List<Row> rows) => [.. rows.Where(r =>
    {
        var (a, b) = InOrder(id, r.Guid("id"));
        return session.Scalar("SELECT 1 FROM not_duplicate WHERE a = @a AND b = @b", a, b) is null;
    }).Select(Described)];

    private static Twin Described(Row row) => row.Table == BookmineSetup.Stock
        ? new Twin(row.Guid("id"), row.Text("title"), string.Join(" · ",
            new[] { row.Text("code"), row.TextOrNull("authors"), row.TextOrNull("condition") }.OfType<string>()))
        : new Twin(row.Guid("id"), row.Text("name"), string.Join(" · ", new[] { row.TextOrNull("email"), row.TextOrNull("phone"),
            row.TextOrNull("address") }.OfType<string>()));

    private static (Guid A, Guid B) InOrder(Guid one, Guid other) => RowKey.InOrder.Compare(new RowKey(one), new RowKey(other)) < 0
        ? (one, other) : (other, one);

    /// <summary>Locks both in the order of their keys.</summary>
    private static (Row Gone, Row Kept) Begin(Session session, SyncTable table, Guid from, Guid into)
    {
        into = TableSql.Find(session, table, new RowKey(into))?.GuidOrNull("merged_into") ?? into;
        if (from == into)
        {
            throw new ShopException("They are one record already. Nothing was changed.");
        }
        var rows = TableSql.FindAllForChange(session, table, [.. new[] { new RowKey(from), new RowKey(into) }.Order(RowKey.InOrder)]);
        var gone = rows.Find(r => r.Guid("id") == from) ?? throw new ShopException($"There is no {table.Name} {from}. Nothing was changed.");
        var kept = rows.Find(r => r.Guid("id") == into) ?? throw new ShopException($"There is no {table.Name} {into}. Nothing was changed.");
        if ((gone.GuidOrNull("merged_into") ?? kept.GuidOrNull("merged_into")) is { } other)
        {
            throw new ShopException($"One of them was merged into {other} already. Take that back first: {table.Name} unmerge. Nothing was changed.");
        }
        return (gone, kept);
    }

    private void End(Session session, Row gone, Row kept)
    {
        foreach (var alias in TableSql.Where(session, gone.Table, "merged_into = @gone", gone.Guid("id")))
        {
            alias["merged_into"] = kept.Guid("id");
            TableSql.Replace(session, alias);
        }
        gone["merged_into"] = kept.Guid("id");
        TableSql.Replace(session, gone);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var id in new[] { gone.Guid("id"), kept.Guid("id") }.Where(id => id == gone.Guid("id") || TwinsOf(session, id).Count == 0))
        {
            FindingLog.Resolve(session, FindingKinds.LikelyDuplicate, [id.ToString()], now);
        }
    }

    private static Row Merged(Session session, SyncTable table, Guid id) =>
        TableSql.FindForChange(session, table, new RowKey(id)) is not { } row ? throw new ShopException($"There is no {table.Name} {id}.")
        : row.GuidOrNull("merged_into") is null ? throw new ShopException("It is merged into nothing. Nothing was changed.") : row;

    private static void Separate(Session session, Row gone)
    {
        gone["merged_into"] = null;
        TableSql.Replace(session, gone);
    }

    /// <summary>In all branches, and then the counter, so that no posting comes between.</summary>
    private static List<Row> LockHoldings(Session session, Row gone, Row kept)
    {
        var branches = session.IntegersOf("SELECT id FROM branch ORDER BY id");
        var keys = branches.SelectMany(b => new[] { new RowKey(b, gone.Guid("id")), new RowKey(b, kept.Guid("id")) }).Order(RowKey.InOrder).ToList();
        new LiveRows(session).Lock(keys.Select(k => (BookmineSetup.Holding, k)));
        Counter.NotBefore(session, 0);
        return TableSql.FindAll(session, BookmineSetup.Holding, keys);
    }
}
