namespace Bookmine.SyncServer.Imports;

/// <summary>The rows of a file of any kind, one after another, whatever its size; its header, if it has one, among them.</summary>
internal abstract class SheetRows : IDisposable
{
    /// <summary>The texts of the row at hand, as the file has them.</summary>
    public abstract IReadOnlyList<string> Cells { get; }

    /// <summary>The line of the file that the row at hand begins on, from 1.</summary>
    public abstract long Line { get; }

    /// <summary>Why the row at hand cannot be read whole; null when it can.</summary>
    public abstract string? Fault { get; }

    /// <exception cref="ShopException">It is no file of a kind that is read.</exception>
    public static SheetRows Open(Stream file, string name)
    {
        var head = new byte[4];
        var read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return read == head.Length && ExcelRows.IsExcel(head) ? new ExcelRows(file, name) : new CsvRows(file, name);
    }

    /// <summary>Goes to the next row; blank ones are passed over.</summary>
    public abstract bool Read();

    public abstract void Dispose();
}
