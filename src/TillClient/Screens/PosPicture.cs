using Bookmine.Schema;

namespace Bookmine.TillClient.Screens;

/// <summary>What the screen shows at one moment. Made by the session's worker, drawn by the screen's thread, never changed.</summary>
/// <param name="Heading">What the columns of the body are; empty where it has none.</param>
/// <param name="Body">The lines in the middle.</param>
/// <param name="IsPage">The body is shown from its top; an open sale shows its last lines.</param>
/// <param name="Marked">The body line that stands out; -1 for none.</param>
/// <param name="Prompt">What the entry line asks for.</param>
/// <param name="IsSecret">What is typed is shown as stars.</param>
/// <param name="IsAlarm">The message is one that a cashier must not miss.</param>
/// <param name="IsWell">The till is in the mode it was started in and can sell.</param>
internal sealed record PosPicture(
    string Head, string Heading, IReadOnlyList<string> Body, bool IsPage, int Marked, string Total, string Prompt, bool IsSecret, string Message, bool IsAlarm, string Status, bool IsWell = true)
{
    public static readonly PosPicture Empty = new("", "", [], false, -1, "", "Find", false, "", false, "");

    /// <summary>Without what records could make a terminal do.</summary>
    public PosPicture Clean() => this with
    {
        Head = ShownText.OfLine(Head), Body = [.. Body.Select(ShownText.OfLine)], Prompt = ShownText.OfLine(Prompt), Message = ShownText.OfLine(Message),
        Status = ShownText.OfLine(Status),
    };
}
