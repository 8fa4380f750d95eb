using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Posting;

/// <summary>Says of an entry that could not be written which of its rows stands in the way.</summary>
public static class Conflicts
{
    public static string Key(SyncTable table, RowKey key) => $"the server has a row of {table.Name} with the key {key} already";

    public static string Number(SyncTable table) => $"the server has another row of {table.Name} with a number that may be there once only";

    /// <summary>Looked for after the unit was given up, in the transaction that keeps the entry for a person.</summary>
    public static string Describe(Session session, ChangeGroup group, RowConflictException conflict) =>
        group.Changes.FirstOrDefault(c => c.Op == ChangeOp.Insert && c.Table == conflict.Table && TableSql.Find(session, c.Table, c.Key) is not null) is { } there
            ? Key(there.Table, there.Key)
            : Number(conflict.Table);
}

/// <summary>A row that a client sent has a key, or another number that may be there once only, which is there already; its unit was given up.</summary>
public sealed class RowConflictException(SyncTable table) : Exception(Conflicts.Number(table))
{
    public SyncTable Table => table;
}
