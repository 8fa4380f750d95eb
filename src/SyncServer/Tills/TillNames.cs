using System.Globalization;
using Bookmine.Sync.Data;
using Bookmine.SyncServer.Authority;

namespace Bookmine.SyncServer.Tills;

/// <summary>The tills that a person means, who names them as they call them, or by their numbers.</summary>
public static class TillNames
{
    private sealed record Candidate(long Till, long Branch, TillState State);

    /// <summary>The till of that number or that name; of several of one name, the one in use.</summary>
    /// <exception cref="ShopException">There is none, or the name is that of tills in two branches.</exception>
    public static long Find(Session session, string text)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && session.Scalar("SELECT id FROM till WHERE id = @id", number) is not null)
        {
            return number;
        }
        var named = new List<Candidate>();
        using (var reader = session.Query("SELECT id, branch, state FROM till WHERE name = @name ORDER BY id", text))
        {
            while (reader.Read())
            {
                named.Add(new Candidate(reader.GetInt64(0), reader.GetInt64(1), TillStates.Read(reader.GetString(2))));
            }
        }
        var inUse = named.FindAll(t => t.State == TillState.Enrolled);
        return (inUse.Count > 0 ? inUse : named) switch
        {
            [var only] => only.Till,
            [] => throw new ShopException($"There is no till {text}. bookmine-server till list shows those there are."),
            var several => throw new ShopException(
                $"There are several tills called {text}: {string.Join(", ", several.Select(Shown))}. Name it by its number."),
        };
    }

    /// <summary>The tills in use, of a branch or of all.</summary>
    public static List<long> InUse(Session session, long? branch) => session.IntegersOf(
        "SELECT id FROM till WHERE state = @enrolled AND (branch = @branch OR @branch IS NULL) ORDER BY id", TillState.Enrolled.Text(), branch);

    /// <summary>A till and those that were renewed from it, and from them.</summary>
    public static List<long> LineOf(Session session, long till)
    {
        var line = new List<long> { till };
        for (var i = 0; i < line.Count; i++)
        {
            line.AddRange(session.IntegersOf("SELECT id FROM till WHERE parent = @parent ORDER BY id", line[i]));
        }
        return line;
    }

    private static string Shown(Candidate till) => FormattableString.Invariant($"{till.Till} in branch {till.Branch} ({till.State.Text()})");
}
