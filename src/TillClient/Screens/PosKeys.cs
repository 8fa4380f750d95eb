using System.Globalization;

namespace Bookmine.TillClient.Screens;

/// <summary>What a key or a typed command asks for.</summary>
internal enum PosCommand
{
    Help,
    SignOn,
    Contact,
    RemoveLine,
    Hold,
    EditLine,
    LastDocket,
    Other,
    Resynchronise,
    Quit,
    Pay,
}

/// <summary>One table of keys: the screen's bindings, the typed commands and the help page all come from it.</summary>
internal static class PosKeys
{
    public static readonly IReadOnlyList<(int FunctionKey, string Typed, PosCommand Command, string Short, string Help)> All =
    [
        (1, "help", PosCommand.Help, "Help", "this page"),
        (2, "op", PosCommand.SignOn, "Oper", "sign on with a PIN"),
        (3, "contact", PosCommand.Contact, "Contact", "link the sale to a contact; also /contact finch"),
        (4, "del", PosCommand.RemoveLine, "Remove", "remove the marked line, or /del 2"),
        (5, "hold", PosCommand.Hold, "Hold", "put the sale aside; with none open, take one up again"),
        (6, "line", PosCommand.EditLine, "Line", "quantity, price or discount of the marked line"),
        (7, "docket", PosCommand.LastDocket, "Docket", "the last docket, or /docket D12345"),
        (8, "other", PosCommand.Other, "Other", "all other transactions: refund and more"),
        (9, "resync", PosCommand.Resynchronise, "Resync", "resynchronise now"),
        (10, "quit", PosCommand.Quit, "Quit", "leave; an open sale must be paid, held or cleared first"),
        (12, "pay", PosCommand.Pay, "Pay", "take the payment"),
    ];

    private static readonly int[] MostWanted = [12, 1, 8, 5, 7, 10, 3, 4, 9, 6, 2];

    public static readonly IReadOnlyList<(string Typed, string Help)> More =
    [
        ("3* before a scan", "three copies; also 3*9780000000019"),
        ("words", "search title, author, contact"),
        ("D12345, 546789", "the transaction with that number"),
        ("/new", "an item without a number: title, price, category"),
        ("/newcontact", "a new contact, and the sale linked to it"),
        ("/edit WORDS", "a stock record or contact: see and change its fields"),
        ("/email NAME", "an email to a contact"),
        ("/qty 2 3", "three copies of line 2"),
        ("/price 2 12.50", "another price for line 2"),
        ("/disc 2 10%", "a discount on line 2; /disc all 5.00 on the whole sale"),
        ("/note TEXT", "a note on the sale"),
        ("/print D12345", "a docket again; /print: what waits for the printer"),
        ("/gift D12345", "the docket for whoever is given the goods: without prices"),
        ("/refund D12345 1", "refund line 1 of a docket; without the 1, choose"),
        ("/again", "what a report said was dropped: make it again"),
        ("/pin", "your PIN is changed, with the server at hand"),
        ("/drawer REASON", "a no-sale: opens the drawer, and stays on record"),
        ("/clear", "drop the open sale"),
        ("Esc", "back"),
    ];

    public static IReadOnlyList<string> Page =>
    [
        .. All.Select(k => $"  F{k.FunctionKey,-4}/{k.Typed,-16}{k.Help}"),
        .. More.Select(m => $"  {m.Typed,-22}{m.Help}"),
    ];

    /// <summary>The keys in one line; where it is too narrow for all, those that are wanted most.</summary>
    /// <param name="width">In columns.</param>
    public static string Line(int width)
    {
        var (shown, taken) = (new HashSet<int>(), 0);
        foreach (var key in MostWanted.Select(n => All.First(k => k.FunctionKey == n)))
        {
            taken += Shown(key).Length + (shown.Count > 0 ? 1 : 0);
            if (taken > width)
            {
                break;
            }
            shown.Add(key.FunctionKey);
        }
        return string.Join(' ', All.Where(k => shown.Contains(k.FunctionKey)).Select(Shown));
    }

    private static string Shown((int FunctionKey, string, PosCommand, string Short, string) key) => string.Create(CultureInfo.InvariantCulture, $"{key.FunctionKey}{key.Short}");
}
