using System.Text;
using Terminal.Gui.App;
using Terminal.Gui.Drawing;
using Terminal.Gui.Drivers;
using Terminal.Gui.Input;
using Terminal.Gui.ViewBase;
using Terminal.Gui.Views;

namespace Bookmine.TillClient.Screens;

/// <summary>
/// The POS screen: one entry line that takes everything, and a picture drawn by hand around it. Keys go straight into the entry line, so
/// that no view can take a scan for something else; nothing on this thread waits for disk, printer or network.
/// </summary>
internal sealed class PosScreen : Runnable
{
    private const int MostEntryCharacters = 2_000;

    private const int LinesPerPage = 12;
    private const int MoreIndent = 4;

    // Nobody types ten characters in a fifth of a second; a scanner over a slow line does.
    private const int ScannerMillisecondsPerCharacter = 20;
    private readonly StringBuilder entry = new();
    private PosSession? session;
    private bool leaving;
    private long began;
    private long active = Environment.TickCount64;
    private PosPicture? drawn;

    public PosScreen()
    {
        CanFocus = true;
        Width = Dim.Fill();
        Height = Dim.Fill();
    }

    /// <summary>The session whose pictures are drawn; set before the screen runs.</summary>
    public PosSession Session
    {
        get => session!;
        set => session = value;
    }

    /// <summary>Ends the screen; the only way out.</summary>
    public void Leave()
    {
        leaving = true;
        RequestStop();
    }

    public Palette Palette { get; init; } = Palette.Colours;

    /// <summary>Puts text into what the terminal's font has.</summary>
    public Func<string, string> InFont { get; init; } = text => text;

    /// <summary>Has a new picture drawn, if there is one.</summary>
    /// <returns>Whether a key was pressed or a picture came within the time.</returns>
    public bool Refresh(TimeSpan within)
    {
        var now = Environment.TickCount64;
        if (Session.Picture != drawn)
        {
            active = now;
            SetNeedsDraw();
        }
        return now - active < within.TotalMilliseconds;
    }

    protected override bool OnIsRunningChanging(bool oldIsRunning, bool newIsRunning) => !newIsRunning && !leaving;

    protected override bool OnKeyDown(Key key)
    {
        active = Environment.TickCount64;
        if (key.IsAlt)
        {
            // Nothing here goes with Alt: it is an Esc and what came right behind it.
            entry.Clear();
            Session.Back();
            key = key.NoAlt;
        }
        // Some scanners end with a line feed, some with both: one that ends nothing is nothing.
        if (key == Key.Enter || (key == Key.J.WithCtrl && entry.Length > 0))
        {
            End();
        }
        else if (key == Key.Esc)
        {
            entry.Clear();
            Session.Back();
        }
        else if (key == Key.Backspace)
        {
            entry.Length = Math.Max(entry.Length - 1, 0);
        }
        else if (key == Key.CursorUp || key == Key.CursorDown)
        {
            Session.Move(key == Key.CursorUp ? -1 : 1);
        }
        else if (key == Key.PageUp || key == Key.PageDown)
        {
            Session.Move(key == Key.PageUp ? -LinesPerPage : LinesPerPage);
        }
        else if (Bound(key) is { } command)
        {
            Session.Press(command);
        }
        else if (!key.IsCtrl && key.AsRune is { Value: >= ' ' } rune)
        {
            Type(rune);
        }
        SetNeedsDraw();
        return true;
    }

    private void Type(System.Text.Rune rune)
    {
        if (entry.Length >= MostEntryCharacters)
        {
            Session.Say($"No more is taken: {MostEntryCharacters:N0} characters are the most in one go.");
            return;
        }
        began = entry.Length == 0 ? Environment.TickCount64 : began;
        entry.Append(rune.ToString());
    }

    private void End()
    {
        var isFast = entry.Length > 1 && Environment.TickCount64 - began <= entry.Length * ScannerMillisecondsPerCharacter;
        Session.Enter(entry.ToString(), isFast);
        entry.Clear();
    }

    protected override bool OnDrawingContent(DrawContext? context)
    {
        var (width, height) = (Viewport.Width, Viewport.Height);
        Session.Resize(width);
        var picture = drawn = Session.Picture;
        Line(0, picture.Head, Palette.Plain);
        Line(1, EntryLine(picture, width), Palette.Entry);
        Line(2, Rule(picture.Heading, width), Palette.Plain);
        var room = Math.Max(height - 9, 0);
        var skip = picture.Marked >= 0 ? Math.Max(0, picture.Marked - room + 1) : Scroll(picture, room);
        for (var i = 0; i < room; i++)
        {
            var line = skip + i;
            Line(3 + i, line < picture.Body.Count ? picture.Body[line] : "", line == picture.Marked ? Palette.Marked : Palette.Plain);
        }
        Line(height - 6, Rule(skip + room < picture.Body.Count ? $"{new string('-', MoreIndent)} {picture.Body.Count - skip - room} more below " : "", width), Palette.Plain);
        Line(height - 5, Right(picture.Total, width - 1), Palette.Entry);
        var (first, second) = InTwo(picture.Message, width);
        Line(height - 4, first, picture.IsAlarm ? Palette.Alarm : Palette.Plain);
        Line(height - 3, second, picture.IsAlarm && second.Length > 0 ? Palette.Alarm : Palette.Plain);
        Line(height - 2, picture.Status, picture.IsWell ? Palette.Status : Palette.Warning);
        Line(height - 1, PosKeys.Line(width), Palette.Plain);
        return true;

        void Line(int row, string text, Terminal.Gui.Drawing.Attribute ink)
        {
            if (row < 0 || row >= height)
            {
                return;
            }
            SetAttribute(ink);
            Move(0, row);
            AddStr(TextColumns.Pad(TextColumns.Start(InFont(text), width), width));
        }
    }

    /// <summary>A line across, that begins with a text.</summary>
    private static string Rule(string text, int width)
    {
        var begun = text.Length == 0 ? "" : TextColumns.Start(text.TrimEnd() + " ", width);
        return begun + new string('-', Math.Max(width - TextColumns.Of(begun), 0));
    }

    /// <summary>What is asked, and what was typed so far: of a long text its end.</summary>
    private string EntryLine(PosPicture picture, int width)
    {
        var typed = picture.IsSecret ? new string('*', entry.Length) : entry.ToString();
        // Of the two, what is asked gives way, down to a third of the line.
        var prompt = picture.Prompt;
        var room = Math.Max(width - TextColumns.Of(typed) - ": _".Length, width / 3);
        if (typed.Length > 0 && TextColumns.Of(prompt) > room)
        {
            prompt = TextColumns.Start(prompt, room - 1) + "…";
        }
        return $"{prompt}: {TextColumns.End(typed, Math.Max(width - TextColumns.Of(prompt) - ": _".Length, 0))}_";
    }

    /// <summary>A message has two lines, broken at a space.</summary>
    private static (string First, string Second) InTwo(string message, int width)
    {
        var fits = TextColumns.Start(message, width);
        if (fits.Length == message.Length)
        {
            return (message, "");
        }
        var at = message.LastIndexOf(' ', fits.Length);
        return at <= 0 ? (fits, message[fits.Length..]) : (message[..at], message[(at + 1)..]);
    }

    /// <summary>At the right, and its end whatever there is before it.</summary>
    private static string Right(string text, int width) => new string(' ', Math.Max(width - TextColumns.Of(text), 0)) + TextColumns.End(text, Math.Max(width, 0));

    /// <summary>An open sale shows its last lines.</summary>
    private static int Scroll(PosPicture picture, int room) => picture.IsPage ? 0 : Math.Max(0, picture.Body.Count - room);

    private static PosCommand? Bound(Key key)
    {
        foreach (var bound in PosKeys.All)
        {
            if (key == Function(bound.FunctionKey))
            {
                return bound.Command;
            }
        }
        return null;
    }

    private static Key Function(int number) => number switch
    {
        1 => Key.F1,
        2 => Key.F2,
        3 => Key.F3,
        4 => Key.F4,
        5 => Key.F5,
        6 => Key.F6,
        7 => Key.F7,
        8 => Key.F8,
        9 => Key.F9,
        10 => Key.F10,
        _ => Key.F12,
    };
}
