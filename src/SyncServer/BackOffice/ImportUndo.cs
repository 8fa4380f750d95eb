using System.Globalization;
using System.Text.Json;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Posting;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.SyncServer.Imports;
using Bookmine.SyncServer.Posting;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>Takes an import back, the last change first, in slices: one that stops goes on where it was.</summary>
internal sealed class ImportUndo(IServerDatabase database, TimeProvider clock, long batch)
{
    private const int SliceChanges = 250;
    private readonly EntityIds ids = new(clock);
    private long withdrawn;
    private long putBack;
    private long left;

    private sealed record Change(long N, Guid Record, string Deed, string? Fields, long? Qty, long? At);

    /// <returns>What was done.</returns>
    public string Run(Action<long> progress)
    {
        var request = database.Reading(session => ShopImports.RequestOf(session, batch));
        var table = request.Kind == ImportKinds.Contacts ? BookmineSetup.Contact : BookmineSetup.Stock;
        var done = 0L;
        while (database.Writing(session => Slice(session, table, request)) is > 0 and var some)
        {
            progress(done += some);
        }
        database.Writing(session => session.Execute(
            "UPDATE import_batch SET state = @state, undone_at = @now WHERE id = @batch", ImportStates.Undone,
                clock.GetUtcNow().ToUnixTimeMilliseconds(), batch));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"import {batch} is taken back: {withdrawn} records withdrawn, {putBack} put back{(left == 0 ? "" : $", {left} left as somebody has changed them since")}");
    }

    private int Slice(Session session, SyncTable table, ImportRequest request)
    {
        // Whoever else takes it back as well waits here, and then finds less to do.
        session.Execute("UPDATE import_batch SET beat_at = @now WHERE id = @batch", clock.GetUtcNow().ToUnixTimeMilliseconds(), batch);
        var changes = Read(session);
        var branch = request.Branch ?? 0;
        if (table == BookmineSetup.Stock && changes.Exists(c => c.Qty is not null || c.At is not null))
        {
            var merged = TableSql.FindAll(session, BookmineSetup.Stock, [.. changes.Select(c => new RowKey(c.Record)).Distinct()])
                .Select(s => s.GuidOrNull("merged_into")).OfType<Guid>();
            new LiveRows(session).Lock(changes.Select(c => c.Record).Concat(merged).Distinct().Select(id => (BookmineSetup.Holding, new RowKey(branch, id))));
            Counter.NotBefore(session, 0);
        }
        var moves = new StockMoves(session, clock, ids);
        foreach (var change in changes)
        {
            var row = TableSql.FindForChange(session, table, new RowKey(change.Record));
            if (row is null)
            {
                continue;
            }
            var code = table == BookmineSetup.Stock ? row.Text("code") : "";
            var owner = row.Table == BookmineSetup.Stock ? row.GuidOrNull("merged_into") ?? change.Record : change.Record;
            if (change.At is { } at)
            {
                Uncount(session, moves, branch, change.Record, owner, code, at);
            }
            else if (change.Qty is { } qty)
            {
                moves.Add(branch, owner, code, -qty, request.Adds ? MovementReasons.Receipt : MovementReasons.Import, moves.Now(branch));
            }
            PutBack(session, row, branch, change);
        }
        session.Execute("DELETE FROM import_change WHERE batch = @batch AND n >= @n", batch, changes.Count == 0 ? long.MaxValue : changes[^1].N);
        return changes.Count;
    }

    /// <summary>Only its own count: one of the same moment that came later is somebody else's.</summary>
    private void Uncount(Session session, StockMoves moves, long branch, Guid stock, Guid owner, string code, long at)
    {
        if (session.Integer("SELECT batch FROM stock_count WHERE branch = @branch AND stock_id = @stock AND at = @at", branch, stock, at) == batch)
        {
            var back = moves.Count(branch, stock, code, at, null, null, null);
            if (owner != stock && back != 0)
            {
                // Its copies went over to another record since.
                var now = moves.Now(branch);
                moves.Add(branch, stock, code, -back, MovementReasons.Merge, now);
                moves.Add(branch, owner, code, back, MovementReasons.Merge, now);
            }
        }
    }

    private void PutBack(Session session, Row row, long branch, Change change)
    {
        var before = row.Copy();
        var isLeft = false;
        foreach (var (field, values) in change.Fields is null ? [] : JsonSerializer.Deserialize<Dictionary<string, JsonElement[]>>(change.Fields)!)
        {
            var (was, became) = (Value(values[0]), Value(values[1]));
            if (field == "price_cents")
            {
                isLeft |= session.Execute(
                    "UPDATE holding SET price_cents = @was WHERE branch = @branch AND stock_id = @stock AND price_cents = @became", was, branch,
                        change.Record, became) == 0;
            }
            else if (Equals(row[field], became))
            {
                row[field] = was;
            }
            else
            {
                isLeft = true;
            }
        }
        if (change.Deed is ImportDeeds.Made or ImportDeeds.Revived)
        {
            row["withdrawn"] = 1L;
            withdrawn++;
        }
        else
        {
            putBack += isLeft ? 0 : 1;
        }
        left += isLeft ? 1 : 0;
        if (ImportBook.Differences(before, row).Count > 0)
        {
            TableSql.Replace(session, row);
        }
    }

    private static object? Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetInt64(),
        JsonValueKind.String => value.GetString(),
        _ => null,
    };

    private List<Change> Read(Session session)
    {
        using var reader = session.Query(
            $"SELECT n, record, deed, fields, qty, at FROM import_change WHERE batch = @batch ORDER BY n DESC {session.Dialect.Limit("@most")}",
                batch, SliceChanges);
        var list = new List<Change>();
        while (reader.Read())
        {
            list.Add(new Change(
                reader.GetInt64(0), DbValues.ReadGuid(reader, 1), reader.GetString(2), DbValues.ReadTextOrNull(reader, 3),
                    DbValues.ReadIntegerOrNull(reader, 4),
                DbValues.ReadIntegerOrNull(reader, 5)));
        }
        return list;
    }
}
