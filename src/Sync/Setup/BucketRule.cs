using System.Globalization;

namespace Bookmine.Sync.Setup;

/// <summary>
/// Computes from a row alone the bucket it belongs to, so that server and client agree without a word.
/// A template such as <c>site:{site}:{month}</c> is filled from the row's columns and cut before the first that is null.
/// </summary>
public sealed class BucketRule
{
    private readonly string[] segments;
    private readonly string[] columns;
    private readonly string? onlyWith;

    // Rows of one bucket come together; the name is the same text for all of them.
    private volatile Named? last;

    /// <param name="template">Segments parted by colons; <c>{column}</c> stands for an integer column's value.</param>
    /// <param name="onlyWith">A column that must not be null for the row to be replicated at all.</param>
    public BucketRule(string template, string? onlyWith = null)
    {
        segments = template.Split(':');
        columns = [.. segments[1..].Where(IsColumn).Select(ColumnOf)];
        this.onlyWith = onlyWith;
    }

    private BucketRule()
    {
        segments = columns = [];
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
        Span<long?> values = stackalloc long?[columns.Length];
        for (var i = 0; i < columns.Length && row[columns[i]] is long value; i++)
        {
            values[i] = value;
        }
        if (last is not { } known || !values.SequenceEqual(known.Values))
        {
            last = known = new Named(NameOf(values), values.ToArray());
        }
        return known.Name;
    }

    private sealed record Named(string Name, long?[] Values);

    private string NameOf(ReadOnlySpan<long?> values)
    {
        var (name, next) = (segments[0], 0);
        foreach (var segment in segments[1..])
        {
            if (!IsColumn(segment))
            {
                name += ":" + segment;
                continue;
            }
            if (values[next++] is not { } value)
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
