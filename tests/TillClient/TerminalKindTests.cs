using Bookmine.TillClient.Screens;

namespace Bookmine.Tests.TillClient;

public sealed class TerminalKindTests
{
    [Theory]
    [InlineData("xterm", "ansi", true, "“Café” …")]
    [InlineData("tmux-256color", "ansi", true, "“Café” …")]
    [InlineData("linux", "dotnet", true, "\"Café\" .")]
    [InlineData("vt220", "ansi", false, "“Café” …")]
    public void A_terminal_is_known_by_its_name(string term, string driver, bool hasColours, string text)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has one kind of terminal.");
        var kind = Of(("TERM", term));
        Assert.Equal((driver, hasColours ? Palette.Colours : Palette.Monochrome, text), (kind.Driver, kind.Palette, kind.InFont("“Café” …")));
    }

    [Fact]
    public void Colours_and_letters_are_left_out_where_that_is_asked_for()
    {
        Assert.Equal(Palette.Monochrome, TerminalKind.Of(_ => null, ascii: false, mono: true).Palette);
        Assert.Equal(Palette.Monochrome, Of(("TERM", "xterm"), ("NO_COLOR", "1")).Palette);
        Assert.Equal(Palette.Colours, Of(("TERM", "xterm"), ("NO_COLOR", "")).Palette);
        Assert.Equal("\"Cafe\" .", TerminalKind.Of(_ => null, ascii: true, mono: false).InFont("“Café” …"));
        Assert.Equal("\"Cafe\" .", Of(("TERM", "linux"), ("BOOKMINE_ASCII", "1")).InFont("“Café” …"));
    }

    private static TerminalKind Of(params (string Name, string Value)[] environment) =>
        TerminalKind.Of(name => environment.FirstOrDefault(e => e.Name == name).Value, ascii: false, mono: false);
}
