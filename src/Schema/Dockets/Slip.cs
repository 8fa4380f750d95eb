namespace Bookmine.Schema.Dockets;

/// <summary>What a line of a slip is, for a printer that can do more than letters.</summary>
public enum SlipLineKind
{
    Plain,

    /// <summary>Centred and bold.</summary>
    Heading,

    /// <summary>The transaction's number: large, and as a barcode.</summary>
    Number,
}

/// <param name="Text">As laid out for the slip's width; of a number, the number alone.</param>
public sealed record SlipLine(string Text, SlipLineKind Kind = SlipLineKind.Plain);

/// <summary>A slip of paper: a docket, a reading.</summary>
/// <param name="Name">What it is, for a person who is told that it waits.</param>
/// <param name="Columns">Its width in characters.</param>
/// <param name="OpensDrawer">Whether printing it opens the cash drawer.</param>
public sealed record Slip(string Name, int Columns, IReadOnlyList<SlipLine> Lines, bool OpensDrawer)
{
    /// <summary>No paper: only the drawer opens.</summary>
    public static readonly Slip Drawer = new("the drawer", 0, [], OpensDrawer: true);

    /// <summary>A slip of lines that may be too long for it: they are wrapped.</summary>
    public static Slip OfLines(string name, int columns, IEnumerable<string> lines) => new(
        name, columns,
        [
            new SlipLine(name, SlipLineKind.Heading),
            .. lines.SelectMany(l => l.Length <= columns ? [l] : SlipText.Wrap(l, columns)).Select(l => new SlipLine(l)),
        ],
        OpensDrawer: false);

    /// <summary>The same printed again: it says so, and leaves the drawer shut.</summary>
    public Slip AsCopy() => this with { Lines = [new SlipLine("COPY", SlipLineKind.Heading), .. Lines], OpensDrawer = false };

    /// <summary>As plain text, which ends in a line break.</summary>
    public string ToText() => Lines.Count == 0 ? "" : string.Join('\n', Lines.Select(l => l.Kind switch
    {
        SlipLineKind.Heading => SlipText.Centre(l.Text, Columns),
        SlipLineKind.Number => SlipText.Centre($"* {l.Text} *", Columns),
        _ => l.Text,
    }).Select(l => ShownText.OfLine(l.TrimEnd()))) + "\n";
}
