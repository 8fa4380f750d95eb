using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Posting;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>A movement of goods as it was posted.</summary>
/// <param name="N">The entry that brought it.</param>
/// <param name="OnHand">What was on hand after it.</param>
internal sealed record HoldingMoved(long N, long Branch, Guid Stock, long Quantity, long OnHand);

/// <summary>A row that a unit inserted, with the entry that brought it.</summary>
internal readonly record struct PostedRow(PostedEntry Entry, Row Row);

/// <summary>
/// What one unit posted, as the findings look at it: all its documents at once, so that each asks the database one question a unit. Run under the
/// counter's lock, so that two postings never look past each other.
/// </summary>
internal sealed class UnitFindings(Session session, long till, long now, IReadOnlyList<PostedEntry> posted, IReadOnlyList<HoldingMoved> moved)
{
    private static readonly IFinding[] All =
    [
        new Oversold(), new DoubtfulDate(), new Awaited(), new RefundWithoutOriginal(), new ReturnWithoutOriginal(),
        new RefundedTwice(), new RefundedTooMuch(), new HandedOverTwice(), new PaidTwice(), new DuplicateStock(), new DuplicateContact(),
        new CreditOverspent(), new VoucherOverspent(), new NobodySignedOn(), new RoundedTooMuch(), new ClockSpansCount(), new RepeatedReference(),
    ];

    private readonly ILookup<SyncTable, PostedRow> inserted = posted
        .SelectMany(e => e.Ruling.Apply.Where(c => c.Op == ChangeOp.Insert).Select(c => new PostedRow(e, c.Values))).ToLookup(r => r.Row.Table);

    private readonly Dictionary<long, PostedEntry> byN = posted.ToDictionary(p => p.N);
    private IReadOnlyList<OriginalLine>? originalLines;
    private bool? awaitsAny;

    public Session Session => session;

    /// <summary>The moment of posting, Unix milliseconds.</summary>
    public long Now => now;

    public IReadOnlyList<HoldingMoved> Moved => moved;

    /// <summary>Original lines that the unit's lines refer to, or that came with it, with all that refers to them.</summary>
    public IReadOnlyList<OriginalLine> OriginalLines => originalLines ??= OriginalLine.Read(this);

    /// <summary>Whether any record is still waited for, which an arriving row could be.</summary>
    public bool AwaitsAny => awaitsAny ??=
        session.Scalar("SELECT 1 WHERE EXISTS (SELECT 1 FROM finding WHERE kind = @kind AND resolved_at IS NULL)", FindingKinds.Unresolved) is not null;

    /// <summary>The rows of a table that the unit inserted, in the order of their entries.</summary>
    public IEnumerable<PostedRow> Rows(SyncTable table) => inserted[table];

    /// <summary>The document that an entry brought; null for none.</summary>
    public static Row? DocumentOf(PostedEntry entry) => entry.Ruling.Apply.FirstOrDefault(c => c.Table == BookmineSetup.Document)?.Values;

    public PostedEntry EntryOf(long n) => byN[n];

    public Finding Of(PostedEntry entry, string kind, string subject, string text) => new(till, entry.N, kind, subject, text + By(entry));

    /// <summary>Looks with every finding, and puts down what they name.</summary>
    public void Note()
    {
        Awaited.Resolve(this);
        FindingLog.Write(session, [.. All.SelectMany(f => f.Look(this))], now);
    }

    /// <summary>Which docket it was, and whose.</summary>
    private static string By(PostedEntry entry) => (DocumentOf(entry), entry.Group.Author) switch
    {
        ({ } document, { } author) => $" ({DocketNumber.D(document.Integer(Columns.Document.Docket))}, {author})",
        ({ } document, null) => $" ({DocketNumber.D(document.Integer(Columns.Document.Docket))})",
        (null, { } author) => $" ({author})",
        _ => "",
    };
}
