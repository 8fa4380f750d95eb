using System.Globalization;
using Bookmine.Schema;

namespace Bookmine.TillClient.Screens;

/// <summary>What an entry is to what is asked.</summary>
internal abstract record Answering
{
    /// <summary>The answer.</summary>
    public sealed record Given(object Value) : Answering;

    /// <summary>It was meant as one and will not do: the question stays, and says why.</summary>
    public sealed record Refused(string Why) : Answering;

    /// <summary>None: the question is left by it, as by Esc, and it is an entry of the sale.</summary>
    public sealed record Leaves : Answering;

    /// <summary>None: it waits until the question is answered.</summary>
    public sealed record Waits : Answering;
}

/// <summary>What the till asks for at one moment, and what the screen shows meanwhile. Each kind reads its own entries.</summary>
/// <param name="Prompt">What the entry line says.</param>
internal abstract record Question(string Prompt)
{
    /// <summary>The lines to show; null leaves the sale in view.</summary>
    public IReadOnlyList<string>? Body { get; init; }

    /// <summary>What the columns of the lines are, above them; empty where they have none.</summary>
    public string Heading { get; init; } = "";

    /// <summary>A scan ends the question and is rung up; otherwise it waits until the question is answered.</summary>
    public bool GivesWayToScans { get; init; }

    /// <summary>Scans that are an answer all the same, such as a docket's number where one is asked for.</summary>
    public Func<string, bool>? TakesScan { get; init; }

    /// <summary>Whether one of the body's lines stands out, where the arrows have gone.</summary>
    public virtual bool HasMark => false;

    /// <summary>Whether the arrows move the body, which is read from its top.</summary>
    public virtual bool IsRead => false;

    /// <summary>What is typed is shown as stars.</summary>
    public virtual bool IsSecret => false;

    /// <param name="isFast">Its characters came as fast as only a scanner types.</param>
    /// <param name="at">Where the arrows have gone.</param>
    public Answering Read(string text, bool isFast, int at)
    {
        // A command leaves what a scan would leave.
        var isEntry = (Scan.IsOne(text, isFast) && TakesScan?.Invoke(text) != true) || (text.StartsWith('/') && GivesWayToScans);
        return !isEntry ? ReadAnswer(text, at) : GivesWayToScans ? new Answering.Leaves() : new Answering.Waits();
    }

    /// <param name="text">What was typed, or a scan that is an answer.</param>
    protected abstract Answering ReadAnswer(string text, int at);

    private protected static Answering Give(object value) => new Answering.Given(value);

    private protected static Answering Refuse(string why) => new Answering.Refused(why);

    /// <summary>A text.</summary>
    /// <param name="Preset">What Enter alone stands for; null where it is no answer, empty where nothing is one.</param>
    public sealed record Text(string Prompt, string? Preset) : Question(Prompt)
    {
        public bool IsPin { get; init; }

        public override bool IsSecret => IsPin;

        protected override Answering ReadAnswer(string text, int at) =>
            text.Trim() is { Length: > 0 } given ? Give(given) : Preset is null ? Refuse("Type something, or Esc.") : Give(Preset);
    }

    /// <summary>An amount of money, 0 or more, in cents.</summary>
    public sealed record Amount(string Prompt, long? Preset, long Most) : Question(Prompt)
    {
        protected override Answering ReadAnswer(string text, int at) =>
            text.Length == 0 ? Preset is { } usual ? Give(usual) : Refuse("Type an amount such as 17.95, or Esc.")
            : !Money.TryParse(text, out var cents) || cents < 0 ? Refuse($"“{text}” is no amount. Type one such as 17.95, or Esc.")
            : cents > Most ? Refuse($"{Money.Format(cents)} is too much: at most {Money.Format(Most)}.") : Give(cents);
    }

    /// <summary>A number of copies.</summary>
    public sealed record Count(string Prompt, long Preset, long Most) : Question(Prompt)
    {
        protected override Answering ReadAnswer(string text, int at) => text.Length == 0 ? Give(Preset)
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= 1 && count <= Most ? Give(count)
            : Refuse($"“{text}” will not do: a number from 1 to {Most}, or Esc.");
    }

    /// <summary>A value that is read by a rule of its own.</summary>
    /// <param name="Parse">The value; null with a message for what will not do.</param>
    public sealed record Value<T>(string Prompt, Func<string, (T? Value, string Fault)> Parse) : Question(Prompt)
        where T : struct
    {
        protected override Answering ReadAnswer(string text, int at) => Parse(text) is { Value: { } value } ? Give(value) : Refuse(Parse(text).Fault);
    }

    /// <summary>One of some numbered lines: by its number, by words that only it begins with, or with Enter the marked one.</summary>
    public sealed record Choice(string Prompt, IReadOnlyList<string> Lines) : Question(Prompt)
    {
        /// <summary>What stands before a line's text is this wide.</summary>
        public const string Indent = "     ";

        private const int MostLineDigits = 3;

        public override bool HasMark => true;

        /// <summary>As they are shown.</summary>
        public static IReadOnlyList<string> Numbered(IEnumerable<string> lines) => [.. lines.Select((l, i) => $"{i + 1,3}  {l}")];

        protected override Answering ReadAnswer(string text, int at) => IndexOf(text, at) is { } chosen ? Give(chosen)
            : GivesWayToScans && !IsLineNumber(text) ? new Answering.Leaves()
            : Refuse($"“{text}” is none of these. Type a number, or choose with the arrows and Enter; Esc goes back.");

        /// <summary>Whether a person means a line by it: no code and no docket has so few digits.</summary>
        private static bool IsLineNumber(string text) => text.Length <= MostLineDigits && text.All(char.IsAsciiDigit);

        private int? IndexOf(string text, int at)
        {
            if (text.Length == 0)
            {
                return at;
            }
            var chosen = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number - 1
                : Lines.Index().Where(l => l.Item.StartsWith(text, StringComparison.OrdinalIgnoreCase)).Select(l => l.Index).ToList() is [var only] ? only : -1;
            return chosen >= 0 && chosen < Lines.Count ? chosen : null;
        }
    }

    /// <summary>A text that is typed, or with Enter one of some lines that stand for the usual ones: empty then, and the mark says which.</summary>
    public sealed record Offer(string Prompt) : Question(Prompt)
    {
        public override bool HasMark => true;

        protected override Answering ReadAnswer(string text, int at) => Give(text);
    }

    /// <summary>Lines to be read; any entry that is not empty ends it and is taken as an entry of the sale.</summary>
    /// <param name="Word">The one word that is an answer; null for none.</param>
    public sealed record Page(string Prompt, string? Word = null) : Question(Prompt)
    {
        public override bool IsRead => true;

        protected override Answering ReadAnswer(string text, int at) =>
            text.Length == 0 || text == Word ? Give(text) : new Answering.Leaves();
    }

    /// <summary>Yes or no to what is shown: Enter alone is yes.</summary>
    public sealed record Confirm(string Prompt) : Question($"{Prompt} (Enter: yes, Esc: no)")
    {
        protected override Answering ReadAnswer(string text, int at) =>
            Give(text.Length == 0 || text.Equals("yes", StringComparison.OrdinalIgnoreCase) || text.Equals("y", StringComparison.OrdinalIgnoreCase));
    }
}
