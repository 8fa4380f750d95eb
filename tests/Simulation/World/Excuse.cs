using System.Globalization;

namespace Bookmine.Simulation.World;

/// <summary>
/// A case in which the model lets something pass that it would hold against the shop otherwise. Each is named, counted when it is used, and allowed
/// by a sentence of ARCHITECTURE.md; a test compares the sentences, and none is used without being printed.
/// </summary>
internal sealed class Excuse
{
    private static readonly List<Excuse> Made = [];

    public static readonly Excuse MoveForgotten = new(
        "what was sold after a move that a restored backup has forgotten waits in quarantine",
        "A move of a till made after the backup is forgotten with it: what it sold there since waits in quarantine until it is moved again.");

    public static readonly Excuse MediumLost = new(
        "a medium that lost or changed what was durable",
        "the promise is that it is noticed, said, nothing is posted twice, and what can be read is brought in.");

    public static readonly Excuse AnswerTurnedOver = new(
        "a stored answer whose bits turned over shows another number",
        "A bit that turns over in an answer a till has stored shows another number there until the replica brings the right one.");

    public static readonly Excuse PutBack = new(
        "a disk put back from an image does not know what it printed since",
        "A disk put back from an image while the server is away does not know the numbers printed since, and may print one again: both sales are kept, the second in quarantine.");

    public static readonly Excuse RestoredBehindBack = new(
        "records restored behind the server's back, with its clock behind",
        "if its clock is behind besides, a posting may be dated before one with a lower number.");

    public static readonly Excuse OutOfReach = new(
        "a sale that has left the till's months or branch cannot be shown without the server",
        "A till holds `shared`, its branch, and its branch's last four months of posting");

    public static readonly Excuse Forked = new(
        "a machine whose journal forked is another till now",
        "two machines from one image become two tills");

    private long used;

    private Excuse(string name, string sentence)
    {
        (Name, Sentence) = (name, sentence);
        Made.Add(this);
    }

    public string Name { get; }

    /// <summary>As it stands in ARCHITECTURE.md.</summary>
    public string Sentence { get; }

    public void Use() => used++;

    /// <summary>How often each was used, a line each.</summary>
    public static string Table() => string.Concat(Made.Select(e => string.Create(CultureInfo.InvariantCulture, $"excused {e.used:N0} times: {e.Name}\n")));
}
