using System.Text;
using System.Text.Unicode;
using CsvHelper;

namespace Bookmine.SyncServer.Imports;

/// <summary>
/// A file of separated texts. A quoted text may go over several lines; a quote that is left open spoils its own line and not the rest of
/// the file. Quotes within a text that does not begin with one are letters.
/// </summary>
internal sealed class CsvRows : SheetRows
{
    private const int MostRecordBytes = 1024 * 1024;

    /// <summary>Over so many lines at most goes a quoted text, so that one quote left open does not take in what follows.</summary>
    private const int MostLines = 40;

    private readonly CsvReader reader;
    private readonly string name;
    private readonly Queue<(string Raw, long Line)> waiting = new();
    private string[] cells = [];
    private CsvMalformedReason? malformed;
    private string? fault;
    private long line;
    private int width;

    public CsvRows(Stream file, string name)
    {
        this.name = name;
        reader = CsvReader.Create(file, Options(allowLineBreaks: false, reason => malformed = reason), leaveOpen: false);
    }

    public override IReadOnlyList<string> Cells => cells;

    public override long Line => line;

    public override string? Fault => fault;

    public override bool Read()
    {
        if (waiting.TryDequeue(out var kept))
        {
            line = kept.Line;
            ReadOne(kept.Raw);
            return true;
        }
        if (!Advance())
        {
            return false;
        }
        line = reader.LineNumber;
        cells = Texts(reader);
        fault = null;
        if (!Utf8.IsValid(reader.RawRecord))
        {
            fault = "is not UTF-8 text (was the file saved as Latin-1 or Windows-1252? save it as UTF-8)";
        }
        else if (malformed is { } reason)
        {
            Mend(Encoding.UTF8.GetString(reader.RawRecord), reason);
        }
        width = width == 0 ? cells.Length : width;
        return true;
    }

    public override void Dispose() => reader.Dispose();

    private static CsvReaderOptions Options(bool allowLineBreaks, Action<CsvMalformedReason> malformed, char? separator = null) => new()
    {
        HasHeader = false,
        Separator = separator,
        AllowLineBreaksInQuotes = allowLineBreaks,
        MaxRecordSize = MostRecordBytes,
        TrackLineNumbers = true,
        TrimWhitespace = true,
        OnMalformedRecord = record => malformed(record.Reason),
    };

    private static string[] Texts(CsvReader reader) => [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)];

    private bool Advance()
    {
        malformed = null;
        try
        {
            return reader.Read();
        }
        catch (CsvFormatException e)
        {
            throw new ShopException(
                $"{name}, line {e.LineNumber}: a row of more than {MostRecordBytes:N0} bytes cannot be read. What came before it is imported; mend it and run the import again, which doubles nothing.");
        }
    }

    private void ReadOne(string raw)
    {
        CsvMalformedReason? found = null;
        using var one = CsvReader.FromText(raw, Options(allowLineBreaks: false, reason => found = reason, reader.Separator));
        cells = one.Read() ? Texts(one) : [];
        fault = null;
        if (found is { } reason)
        {
            Mend(raw, reason);
        }
    }

    private void Mend(string raw, CsvMalformedReason reason)
    {
        if (reason is CsvMalformedReason.LineBreakInQuotes or CsvMalformedReason.UnterminatedQuote)
        {
            fault = Join(raw) ? null : "has a quote that is not closed on its line";
            return;
        }
        var parts = raw.Split(reader.Separator);
        var isLetters = reason == CsvMalformedReason.StrayQuote && (width == 0 || parts.Length == width)
            && !Array.Exists(parts, p => p.TrimStart().StartsWith('"'));
        cells = isLetters ? [.. parts.Select(p => p.Trim())] : cells;
        fault = isLetters ? null : "has a quote in the wrong place";
    }

    /// <summary>Takes the lines that follow into the quoted text, where that makes one whole row of them.</summary>
    private bool Join(string first)
    {
        var (text, taken) = (new StringBuilder(first), new List<(string Raw, long Line)>());
        while (taken.Count < MostLines && text.Length < MostRecordBytes && Next() is { } next)
        {
            text.Append('\n', (int)Math.Clamp(next.Line - (taken.Count == 0 ? line : taken[^1].Line), 1, MostLines)).Append(next.Raw);
            taken.Add(next);
            if (!next.Raw.Contains('"', StringComparison.Ordinal))
            {
                continue;
            }
            var isWhole = true;
            using var joined = CsvReader.FromText(text.ToString(), Options(allowLineBreaks: true, _ => isWhole = false, reader.Separator));
            if (joined.Read() && isWhole && (width == 0 || joined.FieldCount == width) && Texts(joined) is var texts && !joined.Read())
            {
                cells = texts;
                return true;
            }
        }
        var later = taken.Concat(waiting).ToList();
        waiting.Clear();
        later.ForEach(waiting.Enqueue);
        return false;
    }

    private (string Raw, long Line)? Next() =>
        waiting.TryDequeue(out var kept) ? kept : Advance() && Utf8.IsValid(reader.RawRecord)
            ? (Encoding.UTF8.GetString(reader.RawRecord), reader.LineNumber) : null;
}
