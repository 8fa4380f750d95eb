using System.Globalization;
using Bookmine.Schema;
using CsvHelper;

namespace Bookmine.SyncServer.Pages.Parts;

/// <summary>A list as a file for spreadsheets: cells that one would take for formulas are marked as text, numbers are plain.</summary>
internal static class CsvText
{
    public static string Of<T>(IReadOnlyList<ListColumn<T>> columns, IEnumerable<T> rows)
    {
        var named = columns.Where(c => c.Head.Length > 0).ToList();
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var csv = CsvWriter.Create(text, new CsvWriterOptions { Injection = CsvInjection.Escape }, leaveOpen: true))
        {
            named.ForEach(c => csv.WriteField(c.Head));
            csv.EndRecord();
            foreach (var row in rows)
            {
                foreach (var column in named)
                {
                    Write(csv, ShownText.OfLine(column.Text(row)), column.IsNumber);
                }
                csv.EndRecord();
            }
        }
        return text.ToString();
    }

    private static void Write(CsvWriter csv, string text, bool isNumber)
    {
        if (isNumber && decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number))
        {
            csv.WriteField(number, default);
        }
        else
        {
            csv.WriteField(text);
        }
    }
}
