using System.Globalization;
using System.Text.Unicode;
using Bookmine.Sync.Files;
using CsvHelper;

namespace Bookmine.SyncServer.Imports;

/// <summary>
/// Reads a CSV file with a header row by row, whatever its size, and puts rows that cannot be taken into <c>FILE.rejected.csv</c> with
/// the reason. Columns go by their name; unknown ones are passed over, and told. A line break ends a row even within quotes, so that one quote
/// left open spoils its own line and not the rest of the file.
/// </summary>
internal sealed class CsvSource : IDisposable
{
    private const int MostRecordBytes = 1024 * 1024;
    private readonly CsvReader reader;
    private readonly string file;
    private readonly Dictionary<string, int> columns = new(StringComparer.OrdinalIgnoreCase);
    private string? malformed;
    private CsvWriter? rejects;

    private CsvSource(string file)
    {
        this.file = file;
        reader = CsvReader.FromFile(file, new CsvReaderOptions
        {
            AllowLineBreaksInQuotes = false,
            MaxRecordSize = MostRecordBytes,
            TrackLineNumbers = true,
            TrimWhitespace = true,
            OnMalformedRecord = record => malformed = record.Reason switch
            {
                CsvMalformedReason.LineBreakInQuotes or CsvMalformedReason.UnterminatedQuote => "has a quote that is not closed on its line",
                _ => "has a quote in the wrong place",
            },
        });
    }

    public long Rejected { get; private set; }

    public string? RejectedFile { get; private set; }

    /// <summary>The header's columns that are none of the known.</summary>
    public IReadOnlyList<string> UnreadColumns { get; private set; } = [];

    /// <exception cref="ShopException">The file is not there, or its header lacks a required column.</exception>
    public static CsvSource Open(string file, IReadOnlyList<string> required, IReadOnlyList<string> known)
    {
        if (!File.Exists(file))
        {
            throw new ShopException($"There is no file {file}.");
        }
        var source = new CsvSource(file);
        try
        {
            source.ReadHeader(required, known);
            return source;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Goes to the next row; rows that are not text in UTF-8 or not whole are rejected on the way.</summary>
    public bool Read()
    {
        while (Advance())
        {
            if (!Utf8.IsValid(reader.RawRecord))
            {
                Reject("is not UTF-8 text (was the file saved as Latin-1 or Windows-1252? save it as UTF-8)");
            }
            else if (malformed is not null)
            {
                Reject(malformed);
            }
            else if (reader.FieldCount != reader.Headers.Count)
            {
                Reject(string.Create(CultureInfo.InvariantCulture, $"has {reader.FieldCount} fields where the header has {reader.Headers.Count}"));
            }
            else
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>The field of the row at hand; null when it is empty or the file has no such column.</summary>
    public string? this[string column] =>
        columns.TryGetValue(column, out var index) && reader.GetString(index) is var field && !string.IsNullOrWhiteSpace(field) ? field : null;

    public void Reject(string reason)
    {
        Rejected++;
        if (rejects is null)
        {
            RejectedFile = Path.ChangeExtension(file, null) + ".rejected.csv";
            // It holds what people gave, and is theirs alone from the first byte.
            PrivateFiles.Create(RejectedFile).Dispose();
            rejects = CsvWriter.ToFile(RejectedFile, CsvWriterOptions.Default);
            rejects.WriteRecord([.. reader.Headers, "line", "reason"]);
        }
        var fields = Enumerable.Range(0, reader.Headers.Count).Select(i => i < reader.FieldCount ? reader.GetString(i) : "");
        rejects.WriteRecord([.. fields, reader.LineNumber.ToString(CultureInfo.InvariantCulture), reason]);
    }

    public void Dispose()
    {
        rejects?.Dispose();
        reader.Dispose();
    }

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
                $"{file}, line {e.LineNumber}: a row of more than {MostRecordBytes:N0} bytes cannot be read. What came before it is imported; mend it and run the import again, which doubles nothing.");
        }
    }

    private void ReadHeader(IReadOnlyList<string> required, IReadOnlyList<string> known)
    {
        IReadOnlyList<string> header;
        try
        {
            header = [.. reader.Headers];
        }
        catch (CsvFormatException)
        {
            header = [];
        }
        for (var i = 0; i < header.Count; i++)
        {
            columns.TryAdd(header[i].Trim(), i);
        }
        if (required.FirstOrDefault(r => !columns.ContainsKey(r)) is { } missing)
        {
            throw new ShopException(
                $"{file} has no column {missing}. Its first line is “{string.Join(",", header.Take(12))}”; the columns known are {string.Join(", ", known)}. Nothing was imported.");
        }
        UnreadColumns = [.. columns.Keys.Where(c => c.Length > 0).Except(known, StringComparer.OrdinalIgnoreCase)];
    }
}
