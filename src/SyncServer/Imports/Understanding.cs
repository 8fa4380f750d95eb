using System.Globalization;

namespace Bookmine.SyncServer.Imports;

/// <summary>A column of a file, and what it was taken for.</summary>
/// <param name="Field">Null for nothing: it is not read.</param>
public sealed record ReadColumn(string Header, string? Field);

/// <summary>Which column of a file is read as which field; nothing is written by a file that is not understood.</summary>
internal sealed class Understanding
{
    private const int MostShown = 12;

    /// <summary>As the second part of a mapping: the column is not read.</summary>
    public const string NotRead = "-";

    private readonly Dictionary<string, int> columns = [];
    private readonly IReadOnlyList<string> header;
    private readonly string name;

    private Understanding(IReadOnlyList<string> header, string name) => (this.header, this.name) = (header, name);

    public IReadOnlyList<ReadColumn> Columns => [.. header.Select((h, i) => new ReadColumn(h.Trim(), FieldOf(i))).Where(c => c.Header.Length > 0)];

    public int Width => header.Count;

    public IReadOnlyList<string> Header => header;

    public int? this[string field] => columns.TryGetValue(field, out var index) ? index : null;

    /// <summary>Whether the row looks like a header of these fields.</summary>
    public static bool IsHeader(IReadOnlyList<string> row, FieldSet set, IReadOnlyDictionary<string, string> maps) =>
        (maps.Count > 0 || !set.IsAnothers(row)) && set.Required.All(group =>
            row.Any(h => set.Of(h).Any(f => group.Contains(f.Field.Name)) || (Mapped(maps, h) is { } to && group.Contains(to))));

    /// <exception cref="NotUnderstoodException">A column that identifies or prices is not understood, or two are one field, or one is missing.</exception>
    public static Understanding Of(
        string name, IReadOnlyList<string> header, IReadOnlyList<IReadOnlyList<string>> sample, FieldSet set, IReadOnlyDictionary<string, string> maps)
    {
        var it = new Understanding(header, name);
        var isMapped = it.Map(set, maps);
        it.Match(set, isMapped);
        if (maps.Count == 0 && set.IsAnothers(header))
        {
            it.columns.Clear();
        }
        if (set.Required.FirstOrDefault(group => !group.Any(it.columns.ContainsKey)) is { } missing)
        {
            throw new NotUnderstoodException(
                it.Columns,
                $"{name} has no column {string.Join(" or ", missing)}. Its first line is “{string.Join(",", header.Take(MostShown))}”; the fields known are "
                + $"{string.Join(", ", set.Fields.Select(f => f.Name))}, and --map \"Their name=field\" says which is which. Nothing was imported.");
        }
        foreach (var role in new[] { FieldRole.Identifies, FieldRole.Prices }.Where(r => !set.Fields.Any(f => f.Role == r && it.columns.ContainsKey(f.Name))))
        {
            var suspect = Enumerable.Range(0, header.Count).Where(i => it.FieldOf(i) is null && !isMapped.Contains(i))
                .FirstOrDefault(i => FieldSet.Suspected(header[i], [.. sample.Select(r => i < r.Count ? r[i] : "")]) == role, -1);
            if (suspect >= 0)
            {
                var fields = string.Join(", ", set.Fields.Where(f => f.Role == role).Select(f => f.Name));
                throw new NotUnderstoodException(
                it.Columns,
                    $"{name}: the column “{header[suspect].Trim()}” looks like one that {(role == FieldRole.Identifies ? "identifies" : "prices")} items, and is not understood. "
                    + $"Say what it is, as --map \"{header[suspect].Trim()}=field\" with one of {fields}, or that it is not to be read, as --map \"{header[suspect].Trim()}={NotRead}\". "
                    + $"{it.Shown()} Nothing was imported.");
            }
        }
        return it;
    }

    /// <summary>What was read as what, in words.</summary>
    public string Shown()
    {
        var read = string.Join(", ", Columns.Where(c => c.Field is not null).Select(c => c.Header == c.Field ? c.Header : $"{c.Header} as {c.Field}"));
        var left = string.Join(", ", Columns.Where(c => c.Field is null).Select(c => c.Header));
        return $"Read: {read}.{(left.Length > 0 ? $" Not read: {left}." : "")}";
    }

    private static string? Mapped(IReadOnlyDictionary<string, string> maps, string header) =>
        maps.FirstOrDefault(m => FieldSet.Plain(m.Key) == FieldSet.Plain(header) && m.Key.Trim().Length > 0).Value;

    private string? FieldOf(int column) => columns.FirstOrDefault(c => c.Value == column).Key;

    private HashSet<int> Map(FieldSet set, IReadOnlyDictionary<string, string> maps)
    {
        var mapped = new HashSet<int>();
        foreach (var (theirs, field) in maps)
        {
            var at = Enumerable.Range(0, header.Count).Where(i => FieldSet.Plain(header[i]) == FieldSet.Plain(theirs)).ToList();
            if (at.Count != 1)
            {
                throw new NotUnderstoodException(
                    Columns,
                    $"{name} has {(at.Count == 0 ? "no column" : string.Create(CultureInfo.InvariantCulture, $"{at.Count} columns"))} “{theirs}”. Its columns are "
                    + $"{string.Join(", ", header.Take(MostShown))}. Nothing was imported.");
            }
            mapped.Add(at[0]);
            if (field == NotRead)
            {
                continue;
            }
            if (set.Named(field) is null)
            {
                throw new NotUnderstoodException(
                    Columns, $"There is no field {field}. The fields are {string.Join(", ", set.Fields.Select(f => f.Name))}. Nothing was imported.");
            }
            if (!columns.TryAdd(field, at[0]))
            {
                throw new NotUnderstoodException(Columns, $"Two columns are mapped to {field}. Nothing was imported.");
            }
        }
        return mapped;
    }

    /// <summary>The likeliest columns first; a column whose field has another takes its next likely one.</summary>
    private void Match(FieldSet set, HashSet<int> isMapped)
    {
        var ranks = new Dictionary<string, (int Column, int Rank)>();
        var candidates = Enumerable.Range(0, header.Count).Where(i => !isMapped.Contains(i))
            .Select(i => (Column: i, Fields: set.Of(header[i]).ToList())).Where(c => c.Fields.Count > 0).OrderBy(c => c.Fields[0].Rank);
        foreach (var (column, fields) in candidates)
        {
            var free = fields.FirstOrDefault(f => !columns.ContainsKey(f.Field.Name));
            if (free.Field is not null)
            {
                columns.Add(free.Field.Name, column);
                ranks.Add(free.Field.Name, (column, free.Rank));
                continue;
            }
            var (field, rank) = fields[0];
            if (field.Role != FieldRole.Describes && ranks.TryGetValue(field.Name, out var taken) && (taken.Rank > 0) == (rank > 0))
            {
                throw new NotUnderstoodException(
                    Columns,
                    $"{name}: both “{header[taken.Column].Trim()}” and “{header[column].Trim()}” could be {field.Name}. Say which it is and which is not to be read, as "
                    + $"--map \"{header[taken.Column].Trim()}={field.Name}\" --map \"{header[column].Trim()}={NotRead}\". Nothing was imported.");
            }
        }
    }
}

/// <summary>A file is not understood; nothing was written.</summary>
/// <param name="columns">Its columns, as far as they are.</param>
public sealed class NotUnderstoodException(IReadOnlyList<ReadColumn> columns, string message) : ShopException(message)
{
    public IReadOnlyList<ReadColumn> Columns => columns;
}

/// <summary>A file is understood, and hardly means what it would do; nothing was written.</summary>
public sealed class DoubtfulFileException(string message) : ShopException(message);
