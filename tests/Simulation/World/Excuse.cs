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

    public static readonly Excuse RevocationForgotten = new(
        "a revocation that nobody has heard of before it was forgotten",
        "A revocation that no till has heard of is forgotten with records and the file beside them that were both put back.");

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

    public static readonly Excuse FailedOverIt = new(
        "a seal over which the machine died or its disk failed",
        "When the disk fails in the middle of a seal, whether the entry is in the journal shows at the next start only: the till says so.");

    public static readonly Excuse NotMirrored = new(
        "a sale that the mirror did not take",
        "What was unposted on a lost disk is only in the mirror, if one was set up.");

    public static readonly Excuse BothLost = new(
        "what a till's journal and the restored records have both lost",
        "When the till's journal and the server's records are both lost, a sale that comes from the mirror gets a new number.");

    public static readonly Excuse Refilled = new(
        "a journal that had lost its end, and is filled again",
        "what it lost is filled again from the server's inbox");

    public static readonly Excuse SellsNothing = new(
        "a till that has lost the end of its journal, and sells nothing before it has reached the server",
        "A journal that ends before it, or differs there, sells nothing until the server was reached");

    public static readonly Excuse ServerSaysNo = new(
        "a server that is away, busy or refuses",
        "What is asked of a server that is away, busy or refuses fails with the reason, and changes nothing.");

    public static readonly Excuse DiskFailed = new(
        "a disk that fails or is full",
        "What a failing or full disk interrupts fails with the reason; it is done or not begun, and the next start knows which.");

    public static readonly Excuse CannotBeFound = new(
        "a till without a replica, or with one that the medium has changed",
        "A till without a replica, or with one that the medium has changed, refuses what it cannot find.");

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
