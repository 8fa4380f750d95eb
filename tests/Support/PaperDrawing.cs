using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security;
using System.Text;
using ZXing;
using ZXing.OneD;

namespace Bookmine.Tests.Support;

/// <summary>Draws what a receipt printer would put on paper, so that eyes and a barcode reader can look at it.</summary>
internal static class PaperDrawing
{
    private const int CharacterDots = 12;
    private const int LineDots = 30;

    // CODE128 wants ten narrow bars of white at each side.
    private const int QuietModules = 10;

    /// <summary>As SVG, one unit a printer's dot.</summary>
    /// <exception cref="InvalidDataException">A barcode does not fit on the paper.</exception>
    public static string Svg(EscPosDecoder decoded, int columns)
    {
        var (width, y, drawing) = (columns * CharacterDots, 0, new StringBuilder());
        foreach (var printed in decoded.Paper)
        {
            y = printed.ModuleDots == 0 ? Text(drawing, printed, width, y) : Bars(drawing, printed, width, y);
        }
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y + LineDots}" font-family="monospace"><rect width="100%" height="100%" fill="white"/>{drawing}</svg>""");
    }

    /// <summary>Makes a picture of it; null where the machine has nothing that draws.</summary>
    public static string? Png(string svg, string folder)
    {
        var (drawn, picture) = (Path.Combine(folder, "paper.svg"), Path.Combine(folder, "paper.png"));
        File.WriteAllText(drawn, svg);
        return Run("rsvg-convert", "--output", picture, drawn) is null ? null : picture;
    }

    /// <summary>What a barcode reader finds in a picture, a line each; null where the machine has none.</summary>
    public static string[]? Read(string picture) => Run("zbarimg", "--quiet", "--raw", picture)?.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static int Text(StringBuilder drawing, EscPosDecoder.Printed printed, int width, int y)
    {
        var (size, length) = (printed.IsLarge ? 2 : 1, printed.Text.Length * CharacterDots * (printed.IsLarge ? 2 : 1));
        Assert.InRange(length, 0, width);
        if (printed.Text.Length > 0)
        {
            drawing.Append(CultureInfo.InvariantCulture, $"""<text x="{(printed.IsCentred ? (width - length) / 2 : 0)}" y="{y + (size * 23)}" font-size="{size * 20}" textLength="{length}" xml:space="preserve" font-weight="{(printed.IsBold ? "bold" : "normal")}">{SecurityElement.Escape(printed.Text)}</text>""");
        }
        return y + (size * LineDots);
    }

    private static int Bars(StringBuilder drawing, EscPosDecoder.Printed printed, int width, int y)
    {
        var bars = new Code128Writer().encode(printed.Text);
        var length = bars.Length * printed.ModuleDots;
        if (length + (2 * QuietModules * printed.ModuleDots) > width)
        {
            throw new InvalidDataException($"the barcode {printed.Text} is {length} dots wide and does not fit on {width}");
        }
        var left = printed.IsCentred ? (width - length) / 2 : QuietModules * printed.ModuleDots;
        for (var i = 0; i < bars.Length; i++)
        {
            if (bars[i])
            {
                drawing.Append(CultureInfo.InvariantCulture, $"""<rect x="{left + (i * printed.ModuleDots)}" y="{y}" width="{printed.ModuleDots}" height="{printed.HeightDots}"/>""");
            }
        }
        return y + printed.HeightDots + (LineDots / 3);
    }

    private static string? Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return output;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
