using Terminal.Gui.Drivers;
using Terminal.Gui.Input;

namespace Bookmine.TillClient.Screens;

/// <summary>
/// Gives back what the terminal's library swallows: characters that follow Esc at once are to it a sequence that it does not know, a whole scan if
/// need be. Here they are Esc and those characters.
/// </summary>
internal static class SwallowedKeys
{
    /// <summary>What terminals send after Esc: keys (<c>[</c>, <c>O</c>), and answers to what they were asked (<c>]</c>, <c>P</c> as well).</summary>
    private const string Introducers = "[O]P";

    public static void GiveBackFrom(IInputProcessor keys) => keys.AnsiSequenceSwallowed += (_, swallowed) =>
    {
        if (swallowed is not ['\e', var first, ..] || Introducers.Contains(first, StringComparison.Ordinal))
        {
            return;
        }
        foreach (var character in swallowed)
        {
            var key = character switch
            {
                '\e' => Key.Esc,
                '\r' or '\n' => Key.Enter,
                '\b' or '\x7f' => Key.Backspace,
                _ => new Key(character),
            };
            keys.RaiseKeyDownEvent(key);
            keys.RaiseKeyUpEvent(key);
        }
    };
}
