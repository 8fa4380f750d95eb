using System.Globalization;
using System.Text;
using Bookmine.Schema.Dockets;

namespace Bookmine.TillClient.Dockets;

/// <summary>A slip as the bytes of a receipt printer (ESC/POS): initialise, character table, lines, the number large and as CODE128, drawer, cut.</summary>
internal static class EscPos
{
    private const byte Esc = 0x1B;
    private const byte Gs = 0x1D;
    private const int DefaultCodePage = 858;
    private const byte BarcodeDots = 70;
    private const byte ModuleDots = 2;
    private const int CharacterDots = 12;

    /// <summary>The printer's table for a code page (ESC t n), as Epson numbers them.</summary>
    private static readonly Dictionary<int, byte> Tables = new()
    {
        [437] = 0, [850] = 2, [860] = 3, [863] = 4, [865] = 5, [1252] = 16, [866] = 17, [852] = 18, [858] = 19,
    };

    /// <summary>Whether receipt printers have a table for the code page; utf-8 stands for the usual one.</summary>
    public static bool Knows(string codePage) => Tables.ContainsKey(NumberOf(codePage));

    /// <param name="codePage">As set for the machine; what the table lacks is written with what it has (<see cref="PrintableText"/>).</param>
    public static byte[] Encode(Slip slip, string codePage)
    {
        var number = NumberOf(codePage);
        var encoding = DocketPrinter.EncodingOf(number.ToString(CultureInfo.InvariantCulture));
        var bytes = new List<byte>([Esc, (byte)'@', Esc, (byte)'t', Tables[number]]);
        if (slip.OpensDrawer)
        {
            bytes.AddRange([Esc, (byte)'p', 0, 25, 250]);
        }
        foreach (var line in slip.Lines)
        {
            switch (line.Kind)
            {
                case SlipLineKind.Heading:
                    bytes.AddRange([.. Align(1), Esc, (byte)'E', 1, .. Text(line.Text), Esc, (byte)'E', 0, .. Align(0)]);
                    break;
                case SlipLineKind.Number:
                    bytes.AddRange([.. Align(1), Gs, (byte)'!', (byte)(line.Text.Length * 2 <= slip.Columns ? 0x11 : 0), .. Text(line.Text), Gs, (byte)'!', 0, .. Barcode(line.Text, slip.Columns), .. Align(0)]);
                    break;
                default:
                    bytes.AddRange(Text(line.Text.TrimEnd()));
                    break;
            }
        }
        if (slip.Lines.Count > 0)
        {
            // Feed past the knife, and cut.
            bytes.AddRange([Gs, (byte)'V', (byte)'B', 3]);
        }
        return [.. bytes];

        byte[] Text(string text) => [.. encoding.GetBytes(PrintableText.Fold(Printable(text), encoding, slip.Columns)), (byte)'\n'];
    }

    /// <summary>CODE128 in its set B, without the text below it: that is printed large above. None when it is wider than the paper.</summary>
    private static byte[] Barcode(string text, int columns)
    {
        // Eleven modules a sign with the start and the check, thirteen for the stop, ten of white at each side.
        var modules = ((text.Length + 2) * 11) + 13 + 20;
        if (modules * ModuleDots > columns * CharacterDots)
        {
            return [];
        }
        var content = Encoding.ASCII.GetBytes("{B" + text);
        return [Gs, (byte)'H', 0, Gs, (byte)'h', BarcodeDots, Gs, (byte)'w', ModuleDots, Gs, (byte)'k', 73, (byte)content.Length, .. content, (byte)'\n'];
    }

    private static byte[] Align(byte how) => [Esc, (byte)'a', how];

    /// <summary>A title with a control character in it must not become a command.</summary>
    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));

    private static int NumberOf(string codePage)
    {
        var name = codePage.StartsWith("cp", StringComparison.OrdinalIgnoreCase) ? codePage[2..] : codePage;
        return int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : DefaultCodePage;
    }
}
