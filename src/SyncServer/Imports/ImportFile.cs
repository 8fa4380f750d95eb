using System.Globalization;
using Bookmine.Sync.Files;
using CsvHelper;

namespace Bookmine.SyncServer.Imports;

/// <summary>
/// A file whose columns are understood, read row by row. The header may stand below a few lines of other things. Rows that cannot be taken
/// are put down with every letter they were given and the reason.
/// </summary>
internal sealed class ImportFile : IDisposable
{
    /// <summary>A header stands among so many first rows.</summary>
    private const int MostRowsBefore = 15;

    private const int SampleRows = 200;
    private readonly SheetRows rows;
    private readonly string? rejectedFile;
    private readonly Queue<Kept> waiting = new();
    private Kept current = new([], 0, null);
    private CsvWriter? rejects;

    private sealed record Kept(IReadOnlyList<string> Cells, long Line, string? Fault);

    private ImportFile(SheetRows rows, string? rejectedFile) => (this.rows, this.rejectedFile) = (rows, rejectedFile);

    public Understanding Understood { get; private set; } = null!;

    /// <summary>The first rows, as they are.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Sample { get; private set; } = [];

    public long Rejected { get; private set; }

    public string? RejectedFile { get; private set; }

    /// <summary>The first rows that were not taken.</summary>
    public List<RejectedRow> FirstRejected { get; } = [];

    public long Line => current.Line;

    /// <param name="file">Closed with it.</param>
    /// <param name="rejectedFile">Where rows that are not taken go; null for nowhere.</param>
    /// <param name="maps">Field by the file's own name of the column, or <see cref="Understanding.NotRead"/>.</param>
    /// <exception cref="ShopException">It is not understood; nothing was written.</exception>
    public static ImportFile Open(Stream file, string name, string? rejectedFile, FieldSet set, IReadOnlyDictionary<string, string> maps)
    {
        var rows = SheetRows.Open(file, name);
        var opened = new ImportFile(rows, rejectedFile);
        try
        {
            opened.ReadHeader(name, set, maps);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Goes to the next row; rows that are not whole are rejected on the way.</summary>
    public bool Read()
    {
        while (waiting.TryDequeue(out var kept) || TryRead(out kept))
        {
            current = kept;
            if (current.Fault is { } fault)
            {
                Reject(fault);
            }
            else if (Beyond() is { } mismatch)
            {
                Reject(mismatch);
            }
            else
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>The text of the row at hand, cleaned of what is not seen; null when it is empty or the file has no such column.</summary>
    public string? this[string field] => Understood[field] is { } column && column < current.Cells.Count ? Cells.Text(current.Cells[column]) : null;

    public void Reject(string reason)
    {
        Rejected++;
        if (FirstRejected.Count < SampleRows)
        {
            FirstRejected.Add(new RejectedRow(current.Line, string.Join(" | ", current.Cells), reason));
        }
        if (rejectedFile is null)
        {
            return;
        }
        if (rejects is null)
        {
            RejectedFile = rejectedFile;
            // It holds what people gave, and is theirs alone from the first byte.
            PrivateFiles.Create(RejectedFile).Dispose();
            rejects = CsvWriter.ToFile(RejectedFile, new CsvWriterOptions { ValidateFieldCount = false });
            rejects.WriteRecord([.. Understood.Header, "line", "reason"]);
        }
        var fields = Enumerable.Range(0, Math.Max(Understood.Width, current.Cells.Count)).Select(i => i < current.Cells.Count ? current.Cells[i] : "");
        rejects.WriteRecord([.. fields, current.Line.ToString(CultureInfo.InvariantCulture), reason]);
    }

    public void Dispose()
    {
        rejects?.Dispose();
        rows.Dispose();
    }

    private bool TryRead(out Kept row)
    {
        var isThere = rows.Read();
        row = isThere ? new Kept([.. rows.Cells], rows.Line, rows.Fault) : current;
        return isThere;
    }

    /// <summary>A workbook's rows end where nothing follows; in other files only cells without a name may be more or fewer.</summary>
    private string? Beyond()
    {
        var (have, want) = (current.Cells.Count, Understood.Width);
        var isFine = rows is ExcelRows || have == want
            || (have > want ? current.Cells.Skip(want).All(string.IsNullOrWhiteSpace) : Understood.Header.Skip(have).All(string.IsNullOrWhiteSpace));
        return isFine ? null : string.Create(CultureInfo.InvariantCulture, $"has {have} fields where the header has {want}");
    }

    private void ReadHeader(string name, FieldSet set, IReadOnlyDictionary<string, string> maps)
    {
        var first = new List<Kept>();
        var header = -1;
        while (header < 0 && first.Count < MostRowsBefore && TryRead(out var row))
        {
            first.Add(row);
            header = Understanding.IsHeader(row.Cells, set, maps) ? first.Count - 1 : -1;
        }
        while (waiting.Count < SampleRows && header >= 0 && TryRead(out var row))
        {
            waiting.Enqueue(row);
        }
        Sample = [.. waiting.Where(r => r.Fault is null).Select(r => r.Cells)];
        var names = header >= 0 ? first[header].Cells : first.Count > 0 ? first[0].Cells : [];
        Understood = Understanding.Of(name, [.. names.Select(n => Cells.Text(n) ?? "")], Sample, set, maps);
    }
}

/// <summary>A row that was not taken.</summary>
/// <param name="Line">Of the file, from 1.</param>
public sealed record RejectedRow(long Line, string Row, string Reason);
