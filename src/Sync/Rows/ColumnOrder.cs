using System.Runtime.CompilerServices;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Rows;

/// <summary>The order of a table's columns by number, worked out once a table.</summary>
internal static class ColumnOrder
{
    private static readonly ConditionalWeakTable<SyncTable, int[]> Orders = [];

    public static int[] Of(SyncTable table) => Orders.GetValue(
        table,
        static t => [.. Enumerable.Range(0, t.Columns.Count).OrderBy(i => t.Columns[i].Number)]);

    /// <summary>The ordinal of the column with this number, or -1.</summary>
    public static int OrdinalOf(SyncTable table, int number)
    {
        var order = Of(table);
        var (low, high) = (0, order.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var found = table.Columns[order[middle]].Number;
            if (found == number)
            {
                return order[middle];
            }
            (low, high) = found < number ? (middle + 1, high) : (low, middle - 1);
        }
        return -1;
    }
}
