using System.Globalization;
using System.IO.Compression;
using System.Security;

namespace Bookmine.Tests.Support;

/// <summary>The smallest workbook that spreadsheets write: one sheet, texts in place, numbers as they are.</summary>
internal static class Workbook
{
    public static void Write(string file, object[][] rows)
    {
        using var zip = ZipFile.Open(file, ZipArchiveMode.Create);
        Put(zip, "[Content_Types].xml", """
            <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
            <Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
            <Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>
            """);
        Put(zip, "_rels/.rels", Relations("officeDocument", "xl/workbook.xml"));
        Put(zip, "xl/workbook.xml", """
            <workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
            <sheets><sheet name="Stock" sheetId="1" r:id="rId1"/></sheets></workbook>
            """);
        Put(zip, "xl/_rels/workbook.xml.rels", Relations("worksheet", "worksheets/sheet1.xml"));
        var lines = rows.Select((row, y) => $"<row r=\"{y + 1}\">{string.Concat(row.Select((cell, x) => Cell(cell, $"{(char)('A' + x)}{y + 1}")))}</row>");
        Put(zip, "xl/worksheets/sheet1.xml",
            $"<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{string.Concat(lines)}</sheetData></worksheet>");
    }

    private static string Cell(object cell, string at) => cell is double number
        ? $"<c r=\"{at}\"><v>{number.ToString("R", CultureInfo.InvariantCulture)}</v></c>"
        : $"<c r=\"{at}\" t=\"inlineStr\"><is><t>{SecurityElement.Escape((string)cell)}</t></is></c>";

    private static string Relations(string kind, string target) =>
        $"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/></Relationships>""";

    private static void Put(ZipArchive zip, string name, string text)
    {
        using var writer = new StreamWriter(zip.CreateEntry(name).Open());
        writer.Write(text);
    }
}
