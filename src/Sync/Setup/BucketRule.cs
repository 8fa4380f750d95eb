using System.Globalization;

namespace Bookmine.Sync.Setup;

/// <summary>
/// Computes from a row alone the bucket it belongs to, so that server and client agree without a word.
/// A template such as <c>site:{site}:{month}</c> is filled from the row's columns and cut before the first that is null.
/// </summary>
public sealed class BucketRule
{
    private readonly string[] segments;
    private readonly string? onlyWith;

    /// <param name="template">Segments parted by colons; <c>{column}</c> stands for an integer column's value.</param>
    /// <param name="onlyWith">A column that must not be null for the row to be replicated at all.</param>
    public BucketRule(string template, string? onlyWith = null)
    {
        segments = template.Split(':');
        this.onlyWith = onlyWith;
    }

    private BucketRule()
    {
        segments = [];
        IsOfServerOnly = true;
    }

    /// <summary>No row is in any bucket: what clients upload stays on the server.</summary>
    public static BucketRule ServerOnly { get; } = new();

    /// <summary>Whether no row is ever downloaded.</summary>
    public bool IsOfServerOnly { get; }

    /// <summary>The columns the rule reads.</summary>
    public IEnumerable<string> Columns => segments.Where(IsColumn).Select(ColumnOf).Concat(onlyWith is null ? [] : [onlyWith]);

    /// <summary>The row's bucket, or null when the row is not replicated.</summary>
    public string? Of(IColumnValues row)
    {
        if (IsOfServerOnly || (onlyWith is not null && row[onlyWith] is null))
        {
            return null;
        }
        var name = segments[0];
        for (var i = 1; i < segments.Length; i++)
        {
            if (!IsColumn(segments[i]))
            {
                name += ":" + segments[i];
                continue;
            }
            if (row[ColumnOf(segments[i])] is not long value)
            {
                break;
            }
            name = string.Create(CultureInfo.InvariantCulture, $"{name}:{value}");
        }
        return name;
    }

    /// <summary>An SQL condition that holds for exactly the rows of <paramref name="bucket"/>, or null when no row of the table can be in it.</summary>
    public string? Condition(string bucket)
    {
        var parts = bucket.Split(':');
        if (IsOfServerOnly || parts.Length > segments.Length)
        {
            return null;
        }
        var conditions = new List<string> { "1=1" };
        for (var i = 0; i < segments.Length; i++)
        {
            if (i == parts.Length)
            {
                if (!IsColumn(segments[i]))
                {
                    return null;
                }
                conditions.Add($"{ColumnOf(segments[i])} IS NULL");
                break;
            }
            if (!IsColumn(segments[i]))
            {
                if (segments[i] != parts[i])
                {
                    return null;
                }
                continue;
            }
            if (!long.TryParse(parts[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            {
                return null;
            }
            conditions.Add(string.Create(CultureInfo.InvariantCulture, $"{ColumnOf(segments[i])} = {value}"));
        }
        return string.Join(" AND ", conditions);
    }

    private static bool IsColumn(string segment) => segment.StartsWith('{');

    private static string ColumnOf(string segment) => segment[1..^1];
}
