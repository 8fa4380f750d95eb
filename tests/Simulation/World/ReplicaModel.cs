using System.Globalization;
using Bookmine.Sync.Data;

namespace Bookmine.Simulation.World;

/// <summary>
/// Which rows a till should have, by the words of the documents and not by the product's code: the table of buckets is written here once more, rows
/// are compared column by column as the two databases name them, and days are computed by the calendar.
/// </summary>
internal static class ReplicaModel
{
    private const int MonthsHeld = 4;

    private static readonly string[] SharedByAll = ["branch", "operator", "payment_method", "number_block", "stock", "contact", "voucher"];
    private static readonly string[] OfBranch = ["holding", "till_head", "credit", "email", "quarantine"];

    // With the branch while they have no month, and with the month of their posting else.
    private static readonly string[] OfMonth = ["document", "document_line", "payment", "stock_movement"];

    /// <summary>The rows that a till of the branch should have at a moment, in order.</summary>
    public static List<string> OfScope(Session server, long branch, long now)
    {
        var today = LocalDay(branch, now);
        var months = Enumerable.Range(0, MonthsHeld).Select(back => today.AddMonths(-back)).Select(d => (long)((d.Year * 100) + d.Month)).ToHashSet();
        return InOrder(
            SharedByAll.SelectMany(t => Rows(server, t, _ => true))
                .Concat(OfBranch.SelectMany(t => Rows(server, t, row => row["branch"] is long b && b == branch)))
                .Concat(OfMonth.SelectMany(t => Rows(server, t, row => row["branch"] is long b && b == branch && (row["month"] is not long month || months.Contains(month))
                    // Goods counted in are no transaction's.
                    && (t != "stock_movement" || row["document_id"] is not null)))));
    }

    /// <summary>Every row of a replica, in order.</summary>
    public static List<string> All(Session replica) => InOrder(SharedByAll.Concat(OfBranch).Concat(OfMonth).SelectMany(t => Rows(replica, t, _ => true)));

    /// <summary>Documents that are not in the month, or on the day, of their posting in their branch.</summary>
    public static List<string> WrongMonths(Session server)
    {
        var wrong = new List<string>();
        using var reader = server.Query("SELECT trans_id, branch, posted_at, posted_day, month FROM document WHERE posted_at IS NOT NULL");
        while (reader.Read())
        {
            var day = LocalDay(reader.GetInt64(1), reader.GetInt64(2));
            var number = (day.Year * 10_000) + (day.Month * 100) + day.Day;
            if (reader.GetInt64(3) != number || (!reader.IsDBNull(4) && reader.GetInt64(4) != number / 100))
            {
                wrong.Add($"{reader.GetInt64(0)} was posted on {number}, and lies on {reader.GetInt64(3)}");
            }
        }
        return wrong;
    }

    private static DateTime LocalDay(long branch, long instant) => TimeZoneInfo.ConvertTime(
        DateTimeOffset.UnixEpoch.AddMilliseconds(instant), Zones[branch == 1 ? "Europe/London" : "Australia/Sydney"]).Date;

#pragma warning disable RS0030 // The model looks its zones up for itself.
    private static readonly Dictionary<string, TimeZoneInfo> Zones = new[] { "Europe/London", "Australia/Sydney" }.ToDictionary(z => z, TimeZoneInfo.FindSystemTimeZoneById);
#pragma warning restore RS0030

    private static List<string> InOrder(IEnumerable<string> rows) => [.. rows.Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Rows(Session session, string table, Func<Dictionary<string, object?>, bool> isWanted)
    {
        using var reader = session.Query($"SELECT * FROM {table}");
        while (reader.Read())
        {
            var row = Enumerable.Range(0, reader.FieldCount).ToDictionary(reader.GetName, i => reader.IsDBNull(i) ? null : reader.GetValue(i), StringComparer.Ordinal);
            if (isWanted(row))
            {
                yield return $"{table} {string.Join(' ', row.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => $"{c.Key}={Text(c.Value)}"))}";
            }
        }
    }

    private static string Text(object? value) => value switch
    {
        null => "-",
        byte[] bytes => Convert.ToHexStringLower(bytes),
        Guid guid => Convert.ToHexStringLower(guid.ToByteArray(bigEndian: true)),
        string text => $"\"{text}\"",
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };
}
