using System.Text.Json;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Posting;
using Bookmine.SyncServer.Reports;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>A day that its branch has closed.</summary>
/// <param name="ClosedAt">Unix milliseconds.</param>
/// <param name="Posting">Up to which place in the order of posting it counts.</param>
/// <param name="Figures">As they stood then.</param>
/// <param name="Note">What whoever closed it had to say; null for nothing.</param>
/// <param name="IsSound">Whether the figures are those that this server has signed.</param>
public sealed record DayClosing(long Branch, int Day, long ClosedAt, string ClosedBy, long Posting, DayTotals Figures, string? Note, bool IsSound);

/// <summary>
/// The closing of a day: its figures as they stand are put down under the server's MAC and never change. What is posted to the day
/// afterwards, by a till that comes back in
/// the evening, is shown apart.
/// </summary>
public sealed class DayClosings(IServerDatabase database, TimeProvider clock)
{
    private const int MostNote = 2_000;
    private const int Most = 1_000;

    private static readonly JsonSerializerOptions Form = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <param name="day">As 20261123; that of today, or one before.</param>
    /// <exception cref="ShopException">It is closed, or has not come.</exception>
    public DayClosing Close(Actor actor, long branch, int day, string? note) => database.Doing(clock, actor, "day close", (session, rights) =>
    {
        rights.Demand(branch);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var today = BranchDay.Of(now, TimeZones.Find(Branches.Require(session, branch).TimeZone));
        if (day > today)
        {
            throw new ShopException($"{BranchDay.Format(day)} has not come in branch {branch}, where it is {BranchDay.Format(today)}. Nothing was closed.");
        }
        if (note is { Length: > MostNote })
        {
            throw new ShopException($"A note has {MostNote:N0} characters at most. Nothing was closed.");
        }
        // Locks the counter: what is being posted at this moment is in, or comes after.
        Counter.NotBefore(session, now);
        if (Find(session, branch, day) is { } closed)
        {
            throw new ShopException($"{BranchDay.Format(day)} was closed already, by {closed.ClosedBy}. "
                + "What was posted to it since is shown beside its figures.");
        }
        var posting = session.Integer("SELECT posting FROM counter WHERE id = 1") ?? 0;
        var figures = DayTotals.Read(session, branch, day, day, byTaken: false).FirstOrDefault()
            ?? new DayTotals(BranchDay.Format(day), 0, 0, 0, [], 0, 0, 0, 0);
        var text = JsonSerializer.Serialize(figures, Form);
        session.Execute(
            """
            INSERT INTO day_closing (branch, day, closed_at, closed_by, posting, figures, note, mac)
            VALUES (@branch, @day, @now, @by, @posting, @figures, @note, @mac)
            """,
            branch, day, now, actor.Name, posting, text, note, FeedState.ProofOf(session).MacOfText(Signed(branch, day, now, posting, text)));
        return new Done<DayClosing>(
            new DayClosing(branch, day, now, actor.Name, posting, figures, note, IsSound: true), $"branch {branch}, {BranchDay.Format(day)}",
            $"net {Money.Format(figures.SalesCents + figures.RefundsCents)}{(string.IsNullOrWhiteSpace(note) ? "" : ": " + note)}");
    });

    public static DayClosing? Find(Session session, long branch, int day) => Read(session, "branch = @branch AND day = @day", branch, day).FirstOrDefault();

    /// <summary>Those of some branches, the latest first.</summary>
    public static List<DayClosing> List(Session session, IReadOnlyList<long>? branches, int from, int to) =>
        Read(session, $"{BranchFilter.In("branch", branches)} AND day BETWEEN @from AND @to", from, to);

    /// <summary>The transactions that were posted to a closed day since, in the order of posting.</summary>
    public static List<long> PostedSince(Session session, DayClosing closing) => session.IntegersOf(
        """
        SELECT d.trans_id FROM document d JOIN posting p ON p.document_id = d.id
        WHERE d.branch = @branch AND d.posted_day = @day AND p.seq > @posting ORDER BY p.seq
        """,
        closing.Branch, closing.Day, closing.Posting);

    private static List<DayClosing> Read(Session session, string condition, params ReadOnlySpan<object?> values)
    {
        var proof = FeedState.ProofOf(session);
        var list = new List<DayClosing>();
        using var reader = session.Query(
            $"""
            SELECT branch, day, closed_at, closed_by, posting, figures, note, mac FROM day_closing
            WHERE {condition} ORDER BY day DESC, branch {session.Dialect.Limit(Most.ToString(System.Globalization.CultureInfo.InvariantCulture))}
            """,
            values);
        while (reader.Read())
        {
            var (branch, day, at, posting, text) = (reader.GetInt64(0), (int)reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(4), reader.GetString(5));
            list.Add(new DayClosing(
                branch, day, at, reader.GetString(3), posting, JsonSerializer.Deserialize<DayTotals>(text, Form)!, DbValues.ReadTextOrNull(reader, 6),
                proof.HoldsText(Signed(branch, day, at, posting, text), reader.GetString(7))));
        }
        return list;
    }

    private static string Signed(long branch, int day, long at, long posting, string figures) =>
        FormattableString.Invariant($"day {branch} {day} {at} {posting} {figures}");
}
