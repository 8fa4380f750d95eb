using System.Globalization;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>A condition on whose branches' rows are read.</summary>
internal static class BranchFilter
{
    /// <param name="branches">Null for all.</param>
    public static string In(string column, IReadOnlyList<long>? branches) =>
        branches is null ? "1 = 1"
        : branches.Count == 0 ? "1 = 0"
        : $"{column} IN ({string.Join(", ", branches.Select(b => b.ToString(CultureInfo.InvariantCulture)))})";
}
