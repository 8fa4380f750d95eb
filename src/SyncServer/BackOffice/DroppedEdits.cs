using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Authority;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>An edit or email that did not survive a resynchronisation.</summary>
/// <param name="MadeAt">At the till, by its clock; Unix milliseconds.</param>
/// <param name="What">The title or name of the record, where there is one.</param>
/// <param name="Settled">What a person decided: <c>applied</c> or <c>left</c>; null while it waits.</param>
public sealed record DroppedEdit(
    long Id, long Till, string TillName, string? Operator, long MadeAt, long DroppedAt, string Table, string Key, string Field, string? TillValue,
    string? ServerValue, string Reason, string? What, string? Settled, string? SettledBy, long? SettledAt, string? Note)
{
    /// <summary>Whether the till's value can be given to the record after all.</summary>
    public bool IsField => RecordEdits.TableOf(Table) is { } table && table.Ordinal(Field) >= 0;

    /// <summary>The record's id; null where its key has none.</summary>
    public Guid? Record => Guid.TryParse(Key.Split('/')[^1], out var id) ? id : null;
}

/// <summary>What tills had changed without the server, and a person may want after all.</summary>
public sealed class DroppedEdits(IServerDatabase database, TimeProvider clock)
{
    public const string Applied = "applied";
    public const string Left = "left";
    private const int Most = 1_000;
    private const int MostNote = 2_000;

    private const string Columns = """
        d.id, d.till, t.name, d.operator, d.made_at, d.dropped_at, d.tab, d.row_key, d.field, d.till_value, d.server_value, d.reason, d.settled_as,
        d.settled_by, d.settled_at, d.note
        """;

    /// <summary>Those of some branches' tills, the latest first.</summary>
    /// <param name="branches">Null for all.</param>
    /// <param name="all">Also what was decided.</param>
    public static List<DroppedEdit> List(Session session, IReadOnlyList<long>? branches, bool all) => WithNames(session, Read(
        session,
        $"""
        SELECT {Columns} FROM dropped d LEFT JOIN till t ON t.id = d.till
        WHERE {BranchFilter.In("t.branch", branches)} {(all ? "" : "AND d.settled_at IS NULL")}
        ORDER BY d.dropped_at DESC, d.id DESC {session.Dialect.Limit("@most")}
        """,
        Most));

    /// <summary>Gives records the values that tills had given them.</summary>
    /// <returns>What was changed, for each.</returns>
    /// <exception cref="ShopException">
    /// One is decided, is no field of a record, or its record was changed since it was dropped; nothing was changed.
    /// </exception>
    public List<string> Apply(Actor actor, IReadOnlyList<long> ids, bool evenIfChanged = false) =>
        database.Doing(clock, actor, "dropped apply", (session, rights) =>
        {
            var done = new List<string>();
            foreach (var id in ids.Distinct())
            {
                var edit = Require(session, rights, id);
                if (!edit.IsField || RecordEdits.TableOf(edit.Table) is not { } table || edit.Record is not { } record)
                {
                    throw new ShopException($"Dropped {edit.Table} {edit.Field} is no field of a record, and cannot be applied. Nothing was changed.");
                }
                var key = table == BookmineSetup.Holding ? new RowKey(long.Parse(edit.Key.Split('/')[0], null), record) : new RowKey(record);
                if (table == BookmineSetup.Holding)
                {
                    rights.Demand(key.Integer);
                }
                var believed = new Dictionary<string, object?> { [edit.Field] = RecordEdits.Parse(table, edit.Field, edit.ServerValue ?? "") };
                var told = RecordEdits.Change(
                    session, table, key, new Dictionary<string, object?> { [edit.Field] = RecordEdits.Parse(table, edit.Field, edit.TillValue) },
                    evenIfChanged ? null : believed);
                Settle(session, actor, id, Applied, null);
                done.Add($"{edit.What ?? edit.Key}: {told}");
            }
            return new Done<List<string>>(done, $"dropped {string.Join(", ", ids)}", string.Join("; ", done));
        });

    /// <summary>Leaves records as they are.</summary>
    public int Leave(Actor actor, IReadOnlyList<long> ids, string? note) => database.Doing(clock, actor, "dropped leave", (session, rights) =>
    {
        if (note is { Length: > MostNote })
        {
            throw new ShopException($"A note has {MostNote:N0} characters at most. Nothing was changed.");
        }
        foreach (var id in ids.Distinct())
        {
            Require(session, rights, id);
            Settle(session, actor, id, Left, note);
        }
        return new Done<int>(ids.Count, $"dropped {string.Join(", ", ids)}", note);
    });

    private void Settle(Session session, Actor actor, long id, string how, string? note) => session.Execute(
        "UPDATE dropped SET settled_at = @now, settled_by = @by, settled_as = @how, note = @note WHERE id = @id",
        clock.GetUtcNow().ToUnixTimeMilliseconds(), actor.Name, how, note, id);

    private static DroppedEdit Require(Session session, Rights rights, long id)
    {
        // The row is locked, so that of two who decide at the same time one is told.
        session.Execute("UPDATE dropped SET settled_at = settled_at WHERE id = @id", id);
        var found = WithNames(session, Read(session, $"SELECT {Columns} FROM dropped d LEFT JOIN till t ON t.id = d.till WHERE d.id = @id", id));
        if (found is not [var edit])
        {
            throw new ShopException($"There is no dropped edit {id}. bookmine-server dropped list shows those there are.");
        }
        rights.Demand(session.Integer("SELECT branch FROM till WHERE id = @till", edit.Till) ?? 0);
        return edit.Settled is null ? edit
            : throw new ShopException($"Dropped edit {id} was {edit.Settled} already, by {edit.SettledBy}. Nothing was changed.");
    }

    private static List<DroppedEdit> Read(Session session, string sql, params ReadOnlySpan<object?> values)
    {
        using var reader = session.Query(sql, values);
        var list = new List<DroppedEdit>();
        while (reader.Read())
        {
            list.Add(new DroppedEdit(
                reader.GetInt64(0), reader.GetInt64(1), DbValues.ReadTextOrNull(reader, 2) ?? FormattableString.Invariant($"till {reader.GetInt64(1)}"),
                DbValues.ReadTextOrNull(reader, 3), reader.GetInt64(4), reader.GetInt64(5), reader.GetString(6), reader.GetString(7), reader.GetString(8),
                DbValues.ReadTextOrNull(reader, 9), DbValues.ReadTextOrNull(reader, 10), reader.GetString(11), null, DbValues.ReadTextOrNull(reader, 12),
                DbValues.ReadTextOrNull(reader, 13), DbValues.ReadIntegerOrNull(reader, 14), DbValues.ReadTextOrNull(reader, 15)));
        }
        return list;
    }

    /// <summary>Names the records, by one statement for each kind.</summary>
    private static List<DroppedEdit> WithNames(Session session, List<DroppedEdit> edits)
    {
        var names = new Dictionary<Guid, string>();
        foreach (var (table, column) in new[] { (BookmineSetup.Stock, "title"), (BookmineSetup.Contact, "name") })
        {
            var ids = RowSet.Of("id", edits.Select(e => e.Record).OfType<Guid>().Distinct());
            session.Match($"t.id, t.{column}", table.Name, ids, row => names[DbValues.ReadGuid(row, 0)] = row.GetString(1));
        }
        return edits.ConvertAll(e => e.Record is { } id && names.TryGetValue(id, out var name) ? e with { What = name } : e);
    }
}
