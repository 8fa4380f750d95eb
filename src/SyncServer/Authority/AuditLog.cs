using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;

namespace Bookmine.SyncServer.Authority;

/// <summary>A row of the log.</summary>
/// <param name="At">Unix milliseconds.</param>
/// <param name="Deed">What was done, such as <c>operator disable</c>.</param>
/// <param name="Subject">On what, such as <c>operator Ada</c>.</param>
/// <param name="Detail">What is worth knowing besides; no PIN, password, key or secret ever. Null for nothing.</param>
public sealed record AuditRow(long Id, long At, Actor Actor, string Deed, string Subject, string? Detail, bool IsDone);

/// <summary>What a deed has come to, for its row of the log.</summary>
public sealed record Done<T>(T Result, string Subject, string? Detail = null);

/// <summary>
/// The record of every deed of a person, a program or a verb: appended in the deed's own transaction, so that neither is there without the
/// other, and never changed. What
/// was refused is on record as well, in a transaction of its own.
/// </summary>
public static class AuditLog
{
    private const int MostCharacters = 1_000;
    private const string Columns = "id, at, actor, face, source, deed, subject, detail, done";

    /// <summary>Does something, with its row.</summary>
    /// <param name="work">Asks, before it changes anything, whether what it does is theirs to do.</param>
    /// <exception cref="ShopException">It was refused; nothing was changed.</exception>
    public static T Doing<T>(this IServerDatabase database, TimeProvider clock, Actor actor, string deed, Func<Session, Rights, Done<T>> work)
    {
        try
        {
            return database.Writing(session =>
            {
                var done = work(session, Rights.Of(session, actor));
                Write(session, clock, actor, deed, done.Subject, done.Detail, isDone: true);
                return done.Result;
            });
        }
        catch (ShopException e)
        {
            database.Writing(session =>
            {
                Write(session, clock, actor, deed, "", e.Message, isDone: false);
                return true;
            });
            throw;
        }
    }

    /// <summary>The row of something that is done in this transaction.</summary>
    public static void Write(Session session, TimeProvider clock, Actor actor, string deed, string subject, string? detail = null, bool isDone = true) =>
        session.Execute(
            "INSERT INTO audit (at, actor, face, source, deed, subject, detail, done) VALUES (@at, @actor, @face, @source, @deed, @subject, @detail, @done)",
            clock.GetUtcNow().ToUnixTimeMilliseconds(), Short(actor.Name), actor.Face, Short(actor.From), deed, Short(subject), Short(detail), isDone ? 1L : 0L);

    /// <summary>Rows from a moment up to another, the latest first.</summary>
    /// <param name="actor">Only those of actors whose name contains this; null for all.</param>
    public static List<AuditRow> Read(Session session, long from, long to, string? actor, int most)
    {
        var rows = new List<AuditRow>();
        using var reader = session.Query(
            $"""
            SELECT {Columns} FROM audit WHERE at >= @from AND at < @to AND (actor LIKE @actor OR @actor IS NULL)
            ORDER BY id DESC {session.Dialect.Limit("@most")}
            """,
            from, to, actor is null ? null : $"%{actor}%", most);
        while (reader.Read())
        {
            rows.Add(new AuditRow(
                reader.GetInt64(0), reader.GetInt64(1), new Actor(reader.GetString(2), reader.GetString(3), Text(4)), reader.GetString(5), reader.GetString(6), Text(7),
                reader.GetInt64(8) == 1));
        }
        return rows;

        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }

    private static string? Short(string? text) => text is { Length: > MostCharacters } ? text[..MostCharacters] : text;
}
