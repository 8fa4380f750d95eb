using Bookmine.Schema;
using Bookmine.Schema.Dockets;

namespace Bookmine.Tests.Schema;

/// <summary>What records hold does nothing to whoever looks at it.</summary>
public sealed class ShownTextTests
{
    [Theory]
    [InlineData("Plain title", "Plain title")]
    [InlineData("Zoë’s œuvre — 本", "Zoë’s œuvre — 本")]
    [InlineData("\u001b[2J\u001b]0;owned\u0007", "\uFFFD[2J\uFFFD]0;owned\uFFFD")]
    [InlineData("two\nlines", "two\uFFFDlines")]
    [InlineData("gnp.\u202Eexe", "gnp.exe")]
    [InlineData("\u2066isolated\u2069", "isolated")]
    [InlineData("line\u2028break\u009b1m", "line\uFFFDbreak\uFFFD1m")]
    public void A_line_controls_no_terminal_and_turns_no_reading_round(string text, string shown) => Assert.Equal(shown, ShownText.OfLine(text));

    [Fact]
    public void Lines_keep_their_breaks_and_nothing_else() => Assert.Equal("a\nb\uFFFD", ShownText.OfLines("a\nb\r"));

    [Fact]
    public void A_slip_in_text_mode_sends_no_command_to_its_printer()
    {
        var text = Slip.OfLines("REPORT", 42, ["\u001bp0\u0019\u00fa opens the drawer"]).ToText();
        Assert.DoesNotContain('\u001b', text);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
    }
}
