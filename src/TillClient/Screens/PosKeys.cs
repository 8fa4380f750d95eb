namespace Bookmine.TillClient.Screens;

/// <summary>What a key or a typed command asks for.</summary>
internal enum PosCommand
{
    Help,
    LastDocket,
    RemoveLine,
    Resynchronise,
    Pay,
    Quit,
}

/// <summary>One table of keys: the screen's bindings, the typed commands and the help page all come from it.</summary>
internal static class PosKeys
{
    public static readonly IReadOnlyList<(int FunctionKey, string Typed, PosCommand Command, string Short, string Help)> All =
    [
        (1, "help", PosCommand.Help, "Help", "this page"),
        (4, "del", PosCommand.RemoveLine, "Remove", "remove the last line, or /del 2"),
        (7, "docket", PosCommand.LastDocket, "Docket", "the last docket, or /docket D12345"),
        (9, "resync", PosCommand.Resynchronise, "Resync", "resynchronise now"),
        (10, "quit", PosCommand.Quit, "Quit", "leave; an open sale must be paid or cleared first"),
        (12, "pay", PosCommand.Pay, "Pay", "take the payment"),
    ];

    public static readonly IReadOnlyList<(string Typed, string Help)> More =
    [
        ("3* before a scan", "three copies; also 3*9780000000019"),
        ("words", "search title and author; choose with a number or the arrows"),
        ("D12345, 546789", "the transaction with that number"),
        ("/price 2 12.50", "another price for line 2"),
        ("/disc 2 1.00", "a discount on line 2"),
        ("/refund D12345 1", "refund line 1 of a docket in cash; without the 1, all of it"),
        ("/clear", "drop the open sale"),
        ("Esc", "back"),
    ];

    public static IReadOnlyList<string> Page =>
    [
        .. All.Select(k => $"  F{k.FunctionKey,-4}/{k.Typed,-16}{k.Help}"),
        .. More.Select(m => $"  {m.Typed,-22}{m.Help}"),
    ];

    public static string Line => string.Join("  ", All.Select(k => $"F{k.FunctionKey} {k.Short}"));
}
