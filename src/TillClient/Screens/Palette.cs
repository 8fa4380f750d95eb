using Terminal.Gui.Drawing;
using Attribute = Terminal.Gui.Drawing.Attribute;

namespace Bookmine.TillClient.Screens;

/// <summary>How the parts of the screen look: in the sixteen colours that every terminal has, or without any where it has none.</summary>
/// <param name="Plain">All that is no other.</param>
/// <param name="Entry">The line that is typed into.</param>
/// <param name="Marked">The chosen line.</param>
/// <param name="Alarm">What must not be missed.</param>
/// <param name="Status">The status line while all is well.</param>
/// <param name="Warning">The status line while it is not.</param>
internal sealed record Palette(Attribute Plain, Attribute Entry, Attribute Marked, Attribute Alarm, Attribute Status, Attribute Warning)
{
    public static readonly Palette Colours = new(
        new Attribute(Color.None, Color.None), new Attribute(Color.None, Color.None, TextStyle.Bold), new Attribute(ColorName16.Black, ColorName16.Cyan),
        new Attribute(ColorName16.White, ColorName16.Red), new Attribute(ColorName16.Black, ColorName16.Gray), new Attribute(ColorName16.Black, ColorName16.Yellow));

    public static readonly Palette Monochrome = new(
        new Attribute(Color.None, Color.None), new Attribute(Color.None, Color.None, TextStyle.Bold), Reversed(TextStyle.Reverse),
        Reversed(TextStyle.Reverse | TextStyle.Bold), Reversed(TextStyle.Reverse), Reversed(TextStyle.Reverse | TextStyle.Bold));

    private static Attribute Reversed(TextStyle style) => new(Color.None, Color.None, style);
}
