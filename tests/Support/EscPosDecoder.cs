using System.Globalization;
using System.Text;

namespace Bookmine.Tests.Support;

/// <summary>Reads the bytes of a receipt printer as the printer would: what is on the paper, and what the printer does.</summary>
internal sealed class EscPosDecoder
{
    private static readonly Dictionary<byte, int> CodePages = new() { [0] = 437, [2] = 850, [16] = 1252, [18] = 852, [19] = 858 };
    private readonly byte[] bytes;
    private int at;
    private int moduleDots;
    private int barcodeDots;

    public EscPosDecoder(byte[] bytes)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        this.bytes = bytes;
        var line = new List<byte>();
        while (at < bytes.Length)
        {
            var next = Take();
            switch (next)
            {
                case 0x1B:
                    Escape(Take());
                    break;
                case 0x1D:
                    Group(Take());
                    break;
                case (byte)'\n':
                    Lines.Add((Encoding.GetEncoding(CodePage).GetString([.. line]), IsLarge, IsBold, IsCentred));
                    Paper.Add(new Printed(Lines[^1].Text, IsLarge, IsBold, IsCentred, 0, 0));
                    line.Clear();
                    break;
                case < 0x20:
                    throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"the byte {next:x2} at {at - 1} is no command and no text"));
                default:
                    line.Add(next);
                    break;
            }
        }
    }

    public List<(string Text, bool Large, bool Bold, bool Centred)> Lines { get; } = [];

    public List<string> Barcodes { get; } = [];

    /// <summary>Lines and barcodes in the order in which they come out.</summary>
    public List<Printed> Paper { get; } = [];

    /// <param name="ModuleDots">The width of a barcode's narrowest bar; 0 for text.</param>
    internal sealed record Printed(string Text, bool IsLarge, bool IsBold, bool IsCentred, int ModuleDots, int HeightDots);

    public int DrawerPulses { get; private set; }

    /// <summary>How often the printer was initialised.</summary>
    public int Starts { get; private set; }

    public int Cuts { get; private set; }

    public int CodePage { get; private set; } = 437;

    private bool IsLarge { get; set; }

    private bool IsBold { get; set; }

    private bool IsCentred { get; set; }

    private byte Take() => bytes[at++];

    private void Escape(byte command)
    {
        switch ((char)command)
        {
            case '@':
                Starts++;
                (IsLarge, IsBold, IsCentred) = (false, false, false);
                break;
            case 't': CodePage = CodePages[Take()]; break;
            case 'E': IsBold = Take() == 1; break;
            case 'a': IsCentred = Take() == 1; break;
            case 'p': at += 3; DrawerPulses++; break;
            default: throw new InvalidDataException($"ESC {(char)command}");
        }
    }

    private void Group(byte command)
    {
        switch ((char)command)
        {
            case '!': IsLarge = Take() != 0; break;
            case 'H': Take(); break;
            case 'h': barcodeDots = Take(); break;
            case 'w': moduleDots = Take(); break;
            case 'k':
                Assert.Equal(73, Take());
                var length = Take();
                var content = Encoding.ASCII.GetString(bytes, at, length);
                at += length;
                Assert.StartsWith("{B", content, StringComparison.Ordinal);
                Barcodes.Add(content[2..]);
                Paper.Add(new Printed(content[2..], false, false, IsCentred, moduleDots, barcodeDots));
                break;
            case 'V': at += 2; Cuts++; break;
            default: throw new InvalidDataException($"GS {(char)command}");
        }
    }
}
