using System.Text.Encodings.Web;
using System.Text.Json;
using Bookmine.Schema;
using Bookmine.SyncServer.Imports;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>What a file is imported as.</summary>
public static class ImportKinds
{
    public const string Stock = "stock";
    public const string Contacts = "contacts";

    /// <summary>Copies that came in.</summary>
    public const string Receipt = "receipt";

    /// <summary>Copies that were counted.</summary>
    public const string Count = "count";

    public static readonly IReadOnlyList<string> All = [Stock, Contacts, Receipt, Count];
}

/// <summary>How a file is to be understood.</summary>
/// <param name="Kind">One of <see cref="ImportKinds"/>.</param>
/// <param name="Branch">Whose prices and copies it holds; null for contacts.</param>
/// <param name="Maps">Field by the file's own name of a column; <c>-</c> for one that is not to be read.</param>
/// <param name="OnHand">What copies mean for stock that has some already: <c>count</c>, <c>receive</c>; null for nothing.</param>
/// <param name="CountedAt">Of a count, where rows do not say: by the branch's clock, such as <c>2026-11-23 18:00</c>; null for now.</param>
/// <param name="Full">Of a count: a category of which everything was counted.</param>
/// <param name="Anyway">Though it looks doubtful, or came in before.</param>
public sealed record ImportRequest(
    string Kind, long? Branch, IReadOnlyDictionary<string, string> Maps, string? OnHand = null, string? CountedAt = null, string? Full = null,
        bool Anyway = false)
{
    private static readonly JsonSerializerOptions Form = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The fields that a file of this kind may have.</summary>
    public IReadOnlyList<string> Fields => [.. Set.Fields.Select(f => f.Name)];

    internal FieldSet Set => Kind switch
    {
        ImportKinds.Stock => FieldSet.Stock,
        ImportKinds.Contacts => FieldSet.Contact,
        ImportKinds.Receipt or ImportKinds.Count => FieldSet.Counted,
        _ => throw new ShopException($"Nothing is imported as “{Kind}”. There are {string.Join(", ", ImportKinds.All)}."),
    };

    internal OnHandMeaning Meaning => OnHand switch
    {
        null or "" => OnHandMeaning.Opens,
        "count" => OnHandMeaning.Counts,
        "receive" => OnHandMeaning.Receives,
        _ => throw new ShopException($"Copies cannot be taken as “{OnHand}”: count and receive are known. Nothing was imported."),
    };

    /// <summary>Whether importing the file twice would do something twice.</summary>
    internal bool Adds => Kind == ImportKinds.Receipt || (Kind == ImportKinds.Stock && Meaning == OnHandMeaning.Receives);

    /// <summary>Whether slices lock what postings wait for.</summary>
    internal bool IsLocked => Kind is ImportKinds.Count or ImportKinds.Receipt || Meaning != OnHandMeaning.Opens;

    public static ImportRequest Read(string json) => JsonSerializer.Deserialize<ImportRequest>(json, Form)!;

    public string Write() => JsonSerializer.Serialize(this, Form);

    /// <summary>Reads mappings such as <c>Their name=field</c>.</summary>
    /// <exception cref="ShopException">One is none.</exception>
    public static Dictionary<string, string> ReadMaps(IEnumerable<string> maps)
    {
        var read = new Dictionary<string, string>();
        foreach (var map in maps)
        {
            var at = map.LastIndexOf('=');
            if (at <= 0 || !read.TryAdd(map[..at].Trim(), map[(at + 1)..].Trim()))
            {
                throw new ShopException($"“{map}” maps no column to a field. Write it as \"Their name=field\". Nothing was imported.");
            }
        }
        return read;
    }
}

/// <summary>What an import came to, or would.</summary>
/// <param name="Imported">Rows taken, those that were there already included.</param>
/// <param name="Columns">Which column was read as what.</param>
/// <param name="Rows">The first rows as they were understood.</param>
/// <param name="Variances">Of a count's preview.</param>
/// <param name="LeftCounts">Records whose copies the file has otherwise, and which were left as they are.</param>
public sealed record ImportOutcome(
    long Imported, long New, long Changed, long Same, long Rejected, string? RejectedFile, long? Batch, IReadOnlyList<ReadColumn> Columns,
    IReadOnlyList<PreviewRow> Rows, IReadOnlyList<RejectedRow> FirstRejected, IReadOnlyList<Variance> Variances, long LeftCounts)
{
    public string Summary()
    {
        var isPreview = Batch is null;
        var read = string.Join(", ", Columns.Where(c => c.Field is not null).Select(c => c.Header == c.Field ? c.Header : $"{c.Header} as {c.Field}"));
        var left = string.Join(", ", Columns.Where(c => c.Field is null).Select(c => c.Header));
        var lines = new List<string>
        {
            $"{Imported} {(isPreview ? "would be imported" : "imported")}, {Rejected} rejected{(RejectedFile is null ? "" : $": see {RejectedFile}")}",
            $"{New} new, {Changed} changed, {Same} same. Read: {read}.{(left.Length > 0 ? $" Not read: {left}." : "")}",
        };
        if (LeftCounts > 0)
        {
            lines.Add($"{LeftCounts} of them have other numbers of copies in the file; copies on record stay. --on-hand count takes the file's, --on-hand receive adds them.");
        }
        lines.AddRange(Variances.Select(
            v => $"  {v.Code}  {v.Title}: {v.Expected} on record, {v.Counted} counted ({v.Counted - v.Expected:+0;-0}, {Money.Format(v.ValueCents)})"));
        if (isPreview)
        {
            lines.AddRange(Rows.Select(r => $"  line {r.Line}: {r.Verdict}: {r.Text}"));
            lines.AddRange(FirstRejected.Take(PreviewRow.Most).Select(r => $"  line {r.Line}: rejected, {r.Reason}"));
            lines.Add("Nothing was written.");
        }
        else
        {
            lines.Add($"This is import {Batch}. bookmine-server import undo {Batch} takes it back.");
        }
        return string.Join('\n', lines);
    }
}

/// <summary>A row as it was understood.</summary>
/// <param name="Verdict"><c>new</c>, <c>changed</c> or <c>same</c>.</param>
public sealed record PreviewRow(long Line, string Verdict, string Text)
{
    /// <summary>So many are shown.</summary>
    public const int Most = 10;
}

/// <summary>An import on record.</summary>
/// <param name="State"><c>waiting</c>, <c>running</c>, <c>done</c>, <c>failed</c>, <c>taking back</c> or <c>taken back</c>.</param>
/// <param name="Told">Why it failed.</param>
public sealed record ImportBatch(
    long Id, string Kind, long? Branch, string Name, string MadeBy, long BegunAt, long BeatAt, long? EndedAt, string State, long Done, long New,
        long Changed, long Same,
    long Rejected, string? Told, long? UndoneAt, string? UndoneBy, bool HasRejects)
{
    /// <summary>Without a word for so long, a running import has stopped.</summary>
    public const long StoppedAfterMilliseconds = 60_000;

    /// <summary>What it is doing, as people say it.</summary>
    public string Standing(long now) => State is ImportStates.Running or ImportStates.Undoing or ImportStates.Uploading && BeatAt > 0
        && now - BeatAt > StoppedAfterMilliseconds ? "stopped" : State;
}

/// <summary>How far an import is.</summary>
public static class ImportStates
{
    public const string Uploading = "uploading";
    public const string Waiting = "waiting";
    public const string Running = "running";
    public const string Done = "done";
    public const string Failed = "failed";
    public const string Undoing = "taking back";
    public const string Undone = "taken back";
}
