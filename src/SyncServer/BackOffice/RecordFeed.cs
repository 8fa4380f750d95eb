using System.Globalization;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.SyncServer.Authority;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>A stock record as programs are told of it.</summary>
/// <param name="Removed">Whether it is gone; then it has nothing but its id.</param>
/// <param name="Withdrawn">Whether it is offered no more.</param>
/// <param name="MergedInto">The record that it turned out to be, whose price and copies count.</param>
public sealed record StockItem(
    Guid StockId, string? Code, string? Isbn, string? Title, string? Authors, string? Publisher, long? Year, string? Binding, string? Condition,
    string? Category, decimal? TaxRate, bool Removed, bool Withdrawn = false, Guid? MergedInto = null);

/// <summary>A contact as programs are told of it.</summary>
public sealed record ContactItem(Guid ContactId, string? Kind, string? Name, string? Email, string? Phone, string? Address, string? Notes, bool Removed,
    bool Withdrawn = false, Guid? MergedInto = null);

/// <summary>What a branch has of a stock record, and for how much.</summary>
public sealed record OnHandItem(long Branch, Guid StockId, long? PriceCents, long OnHand, bool Removed);

/// <summary>
/// Records by a first pass over a table, and from then on by the places that their changes have in the feed: what is changed during the
/// pass comes again after it. The tables that tills
/// alone may have (operators, hashes of PINs) have no such feed.
/// </summary>
public static class RecordFeed
{
    public static After<StockItem> Stock(Session session, Place? after, int most) => Read(
        session, BookmineSetup.Stock, after, most, _ => true, (key, row) => row is null
        ? new StockItem(key.Guid, null, null, null, null, null, null, null, null, null, null, Removed: true)
        : new StockItem(
            key.Guid, row.Text("code"), row.IntegerOrNull("isbn13")?.ToString(CultureInfo.InvariantCulture), row.Text("title"), row.TextOrNull("authors"),
            row.TextOrNull("publisher"), row.IntegerOrNull("year"), row.TextOrNull("binding"), row.TextOrNull("condition"), row.TextOrNull("category"),
            row.IntegerOrNull("tax_rate_bp") / 100m, Removed: false, row["withdrawn"] is not null, row.GuidOrNull("merged_into")));

    public static After<ContactItem> Contacts(Session session, Place? after, int most) => Read(
        session, BookmineSetup.Contact, after, most, _ => true, (key, row) => row is null
        ? new ContactItem(key.Guid, null, null, null, null, null, null, Removed: true)
        : new ContactItem(
            key.Guid, row.Text("kind"), row.Text("name"), row.TextOrNull("email"), row.TextOrNull("phone"), row.TextOrNull("address"),
                row.TextOrNull("notes"),
            Removed: false, row["withdrawn"] is not null, row.GuidOrNull("merged_into")));

    public static After<OnHandItem> OnHand(Session session, Rights rights, Place? after, int most) => Read(
        session, BookmineSetup.Holding, after, most, key => rights.Has(key.Integer), (key, row) => new OnHandItem(
            key.Integer, key.Guid, row?.IntegerOrNull("price_cents"), row?.Integer("on_hand") ?? 0, Removed: row is null));

    private static After<T> Read<T>(Session session, SyncTable table, Place? after, int most, Func<RowKey, bool> isTheirs, Func<RowKey, Row?, T> item)
    {
        var state = FeedState.Read(session);
        if (after is not null && after.Epoch != state.Epoch)
        {
            throw new OtherEpochException();
        }
        return after is null or { Key: not null }
            ? FirstPass(session, table, state, after, most, isTheirs, item)
            : Changes(session, table, state, after, most, isTheirs, item);
    }

    private static After<T> FirstPass<T>(
        Session session, SyncTable table, FeedState state, Place? after, int most, Func<RowKey, bool> isTheirs, Func<RowKey, Row?, T> item)
    {
        var from = after?.Seq ?? state.Head;
        var rows = TableSql.InOrder(session, table, after is null ? null : new RowKey(after.KeyBranch, after.Key!.Value), most);
        var next = rows.Count < most ? new Place(state.Epoch, from) : new Place(state.Epoch, from, rows[^1].Key.Guid, rows[^1].Key.Integer);
        return new After<T>([.. rows.Where(r => isTheirs(r.Key)).Select(r => item(r.Key, r))], next, HasMore: rows.Count == most || from < state.Head);
    }

    private static After<T> Changes<T>(
        Session session, SyncTable table, FeedState state, Place after, int most, Func<RowKey, bool> isTheirs, Func<RowKey, Row?, T> item)
    {
        if (after.Seq < state.Floor)
        {
            // What was removed since is forgotten.
            throw new OtherEpochException();
        }
        var (keys, last, seen) = (new List<RowKey>(), after.Seq, 0);
        using (var reader = session.Query(
            $"SELECT seq, tab, k_int, k_guid FROM sync_feed WHERE seq > @after AND seq <= @head ORDER BY seq {session.Dialect.Limit("@most")}",
            after.Seq, state.Head, most))
        {
            while (reader.Read())
            {
                (last, seen) = (reader.GetInt64(0), seen + 1);
                if (reader.GetInt64(1) == table.Number)
                {
                    keys.Add(new RowKey(reader.GetInt64(2), DbValues.ReadGuid(reader, 3)));
                }
            }
        }
        var hasMore = seen == most;
        // As they are now, which is at least as new as the change.
        var mine = keys.Where(isTheirs).Distinct().ToList();
        var live = TableSql.FindAll(session, table, mine).ToDictionary(r => r.Key);
        return new After<T>([.. mine.Select(k => item(k, live.GetValueOrDefault(k)))], after with { Seq = hasMore ? last : state.Head }, hasMore);
    }
}
