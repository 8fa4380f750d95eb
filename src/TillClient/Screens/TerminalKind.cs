namespace Bookmine.TillClient.Screens;

/// <summary>What the terminal at hand can show, and how it is spoken to.</summary>
/// <param name="Driver">The terminal library's name for how keys are read and pictures written.</param>
/// <param name="InFont">Puts text into what the terminal's font has.</param>
internal sealed record TerminalKind(string Driver, Palette Palette, Func<string, string> InFont)
{
    /// <summary>The bare Linux console, whose font has few marks beside letters, and which sends F1 to F5 as nothing else does.</summary>
    private const string Console = "linux";

    private static readonly string[] WithoutColours = ["vt100", "vt102", "vt220"];

    /// <param name="environment">A variable's value; null where it is not set.</param>
    /// <param name="ascii">Plain ASCII was asked for.</param>
    /// <param name="mono">No colours were asked for.</param>
    public static TerminalKind Of(Func<string, string?> environment, bool ascii, bool mono)
    {
        var term = environment("TERM");
        return new TerminalKind(
            term == Console ? "dotnet" : OperatingSystem.IsWindows() ? "windows" : "ansi",
            mono || environment("NO_COLOR") is { Length: > 0 } || WithoutColours.Contains(term) ? Palette.Monochrome : Palette.Colours,
            ascii || environment("BOOKMINE_ASCII") == "1" ? Ascii.Fold : term == Console ? Ascii.PlainMarks : text => text);
    }
}
