using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>
/// Where findings are put down: one open finding for a kind and subject, saying what was seen last, and an occurrence for each entry that
/// brought it, so that every posting report names its own and the list shows it once. Written under the counter's lock.
/// </summary>
public static class FindingLog
{
    private static readonly SetColumn[] Form =
    [
        new("id", SetType.Integer), new("till", SetType.Integer), new("n", SetType.Integer), new("kind", SetType.Text), new("subject", SetType.Text),
        new("text", SetType.Text), new("noted_at", SetType.Integer),
    ];

    private static readonly SetColumn[] OccurrenceForm =
        [new("till", SetType.Integer), new("n", SetType.Integer), new("finding", SetType.Integer)];

    /// <summary>Puts down what was seen apart from any posting.</summary>
    public static void Note(Session session, Finding finding, long now)
    {
        // The counter's lock, as every posting has it when it comes to its findings.
        Counter.NotBefore(session, 0);
        Write(session, [finding], now);
    }

    internal static void Write(Session session, IReadOnlyList<Finding> found, long now)
    {
        if (found.Count == 0)
        {
            return;
        }
        var latest = found.GroupBy(f => (f.Kind, f.Subject)).Select(g => g.Last()).ToList();
        var ids = ReadOpen(session, latest);
        var next = latest.TrueForAll(f => ids.ContainsKey((f.Kind, f.Subject))) ? 0 : (session.Integer("SELECT max(id) FROM finding") ?? 0) + 1;
        var (known, made) = (new RowSet(Form), new RowSet(Form));
        foreach (var finding in latest)
        {
            var isKnown = ids.TryGetValue((finding.Kind, finding.Subject), out var id);
            if (!isKnown)
            {
                ids.Add((finding.Kind, finding.Subject), id = next++);
            }
            (isKnown ? known : made).Add(id, finding.Till, finding.N, finding.Kind, finding.Subject, finding.Text, now);
        }
        session.UpdateAll("finding", ["id"], known);
        session.InsertAll("finding", made);
        var occurrences = new RowSet(OccurrenceForm);
        foreach (var (till, n, finding) in found.Select(f => (f.Till, f.N, ids[(f.Kind, f.Subject)])).Distinct())
        {
            occurrences.Add(till, n, finding);
        }
        session.InsertAll("finding_occurrence", occurrences);
    }

    /// <summary>Closes the open findings of a kind about these subjects.</summary>
    internal static void Resolve(Session session, string kind, IEnumerable<string> subjects, long now)
    {
        var set = new RowSet(new SetColumn("kind", SetType.Text), new SetColumn("subject", SetType.Text));
        foreach (var subject in subjects.Distinct())
        {
            set.Add(kind, subject);
        }
        session.Execute(
            $"""
            UPDATE finding SET resolved_at = @now WHERE id IN
                (SELECT f.id FROM @set k JOIN finding f ON {session.Dialect.TextEquals("f.subject", "k.subject")} AND f.kind = k.kind WHERE f.resolved_at IS NULL)
            """, set, now);
    }

    /// <summary>A person ticks one off.</summary>
    /// <returns>Whether it was open.</returns>
    public static bool Resolve(Session session, long id, long now, string? by = null, string? note = null)
    {
        // A posting that has just seen it open adds to it, and is waited for.
        Counter.NotBefore(session, 0);
        return session.Execute(
            "UPDATE finding SET resolved_at = @now, resolved_by = @by, note = @note WHERE id = @id AND resolved_at IS NULL", now, by, note, id) == 1;
    }

    private static Dictionary<(string Kind, string Subject), long> ReadOpen(Session session, IReadOnlyList<Finding> wanted)
    {
        var set = new RowSet(new SetColumn("kind", SetType.Text), new SetColumn("subject", SetType.Text));
        foreach (var finding in wanted)
        {
            set.Add(finding.Kind, finding.Subject);
        }
        using var reader = session.Query(
            $"""
            SELECT f.id, f.kind, f.subject FROM @set k JOIN finding f ON {session.Dialect.TextEquals("f.subject", "k.subject")} AND f.kind = k.kind
            WHERE f.resolved_at IS NULL
            """, set);
        var open = new Dictionary<(string, string), long>();
        while (reader.Read())
        {
            open[(reader.GetString(1), reader.GetString(2))] = reader.GetInt64(0);
        }
        return open;
    }
}
