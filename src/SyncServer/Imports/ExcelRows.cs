using System.Globalization;
using System.IO.Compression;
using System.Text;
using ExcelDataReader;
using ExcelDataReader.Exceptions;

namespace Bookmine.SyncServer.Imports;

/// <summary>The first sheet of an Excel workbook. Numbers come with all their digits, whatever the sheet shows of them.</summary>
internal sealed class ExcelRows : SheetRows
{
    /// <summary>A workbook is packed: one that unpacks to more than this is no shop's.</summary>
    private const long MostUnpackedBytes = 1L << 30;

    private static readonly byte[] Packed = [0x50, 0x4b, 0x03, 0x04];
    private static readonly byte[] Old = [0xd0, 0xcf, 0x11, 0xe0];
    private readonly Stream file;
    private readonly IExcelDataReader reader;
    private readonly string name;
    private string[] cells = [];
    private long line;

    static ExcelRows() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public ExcelRows(Stream file, string name)
    {
        (this.file, this.name) = (file, name);
        try
        {
            if (Starts(file, Packed))
            {
                using var zip = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
                if (zip.Entries.Sum(e => e.Length) > MostUnpackedBytes)
                {
                    throw new ShopException(
                        $"{name} unpacks to more than a gigabyte. Save the sheet as CSV (UTF-8), which has no such limit. Nothing was imported.");
                }
                file.Position = 0;
            }
            reader = ExcelReaderFactory.CreateReader(file);
        }
        catch (Exception e) when (e is ExcelReaderException or InvalidDataException or IOException)
        {
            throw new ShopException(
                $"{name} is no Excel workbook that can be read ({e.Message.TrimEnd('.')}). Save it again, or as CSV (UTF-8). Nothing was imported.");
        }
    }

    public override IReadOnlyList<string> Cells => cells;

    public override long Line => line;

    public override string? Fault => null;

    public static bool IsExcel(ReadOnlySpan<byte> head) => head.SequenceEqual(Packed) || head.SequenceEqual(Old);

    public override bool Read()
    {
        try
        {
            while (reader.Read())
            {
                line++;
                cells = [.. Enumerable.Range(0, reader.FieldCount).Select(Text)];
                if (Array.Exists(cells, c => !string.IsNullOrWhiteSpace(c)))
                {
                    return true;
                }
            }
            return false;
        }
        catch (Exception e) when (e is ExcelReaderException or InvalidDataException or System.Xml.XmlException)
        {
            throw new ShopException(
                $"{name}, row {line + 1}: the workbook is damaged ({e.Message.TrimEnd('.')}). What came before is imported; save it again, or as CSV.");
        }
    }

    public override void Dispose()
    {
        reader.Dispose();
        file.Dispose();
    }

    private string Text(int column) => reader.GetValue(column) switch
    {
        null => "",
        string text => text,
        double number when reader.GetNumberFormatString(column)?.Contains('%', StringComparison.Ordinal) == true => Number(number * 100) + "%",
        double number => Number(number),
        DateTime day => day.ToString(day.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        var other => other.ToString() ?? "",
    };

    private static string Number(double number) =>
        Math.Abs(number) < 1e18 ? Math.Round((decimal)number, 10).ToString("0.##########", CultureInfo.InvariantCulture)
            : number.ToString(CultureInfo.InvariantCulture);

    private static bool Starts(Stream file, byte[] with)
    {
        var head = new byte[with.Length];
        file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return head.AsSpan().SequenceEqual(with);
    }
}
