using System.Text.Encodings.Web;
using System.Text.Json;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;

namespace Bookmine.SyncServer.Imports;

/// <summary>What a row of a file comes to.</summary>
internal enum Verdict
{
    Made,
    Changed,
    Same,
}

/// <summary>What an import did to a record.</summary>
internal static class ImportDeeds
{
    public const string Made = "made";
    public const string Changed = "changed";

    /// <summary>It was withdrawn, and is offered again.</summary>
    public const string Revived = "revived";

    /// <summary>Its copies were counted.</summary>
    public const string Counted = "counted";
}

/// <summary>
/// Puts down what an import does to each record, in the transaction that does it, so that it can be taken back.
/// </summary>
/// <param name="batch">Whose; null for a preview, which does nothing.</param>
internal sealed class ImportBook(long? batch)
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly SetColumn[] Form =
    [
        new("batch", SetType.Integer), new("n", SetType.Integer), new("record", SetType.Guid), new("deed", SetType.Text), new("fields", SetType.Text),
        new("qty", SetType.Integer), new("at", SetType.Integer),
    ];

    private RowSet waiting = new(Form);

    /// <summary>Whether anything is to be written.</summary>
    public bool IsWriting => batch is not null;

    public long? Batch => batch;

    /// <summary>How many were put down before; a transaction that is run again begins here.</summary>
    public long Next { get; set; }

    /// <summary>Forgets what a transaction that came to nothing has put down.</summary>
    public void Begin() => waiting = new RowSet(Form);

    public void Note(Guid record, string deed, IReadOnlyDictionary<string, object?[]>? fields = null, long? qty = null, long? at = null) =>
        waiting.Add(batch!.Value, Next + waiting.Count, record, deed, fields is null ? null : JsonSerializer.Serialize(fields, Json), qty, at);

    /// <summary>Fields of a record as they were and as they are, by name.</summary>
    public static Dictionary<string, object?[]> Differences(Row before, Row after)
    {
        var changed = new Dictionary<string, object?[]>();
        for (var i = 0; i < before.Table.Columns.Count; i++)
        {
            if (!Equals(before[i], after[i]))
            {
                changed.Add(before.Table.Columns[i].Name, [before[i], after[i]]);
            }
        }
        return changed;
    }

    public void Write(Session session) => session.InsertAll("import_change", waiting);

    /// <summary>The transaction is done.</summary>
    public void End() => Next += waiting.Count;
}
