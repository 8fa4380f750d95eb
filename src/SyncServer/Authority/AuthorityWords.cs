using System.Security.Cryptography;
using System.Text;
using Bookmine.Schema;
using Bookmine.Schema.Views;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Rows;

namespace Bookmine.SyncServer.Authority;

/// <summary>
/// The server's word, under its MAC, on who is let in no more: a till, an operator, a person, a key. Kept in the records, in a file beside them, and in every replica, so
/// that records put back from an older backup, however that was done, hear of it again. Of several words on one subject the one with the highest revision counts.
/// </summary>
public static class AuthorityWords
{
    /// <summary>Taken back.</summary>
    public const string In = "in";

    public const string Out = "out";

    /// <summary>The longest list that is listened to.</summary>
    public const int Most = 10_000;

    private const int IdBytes = 16;

    public static string OfTill(long till) => FormattableString.Invariant($"till {till}");

    public static string OfPerson(string name) => "person " + name.ToLowerInvariant();

    public static string OfKey(string name) => "key " + name.ToLowerInvariant();

    public static string OfOperator(string name) => "operator " + name.ToLowerInvariant();

    /// <summary>Says it, in the transaction of what is done.</summary>
    public static void Say(Session session, string subject, string state, long now)
    {
        var revision = (Find(session, subject)?.Revision ?? 0) + 1;
        Write(session, new AuthorityWord(subject, revision, state, now, FeedState.ProofOf(session).MacOfText(Text(subject, revision, state))));
    }

    /// <summary>Whether a word stands that lets the subject in no more.</summary>
    public static bool IsOut(Session session, string subject) => Find(session, subject)?.State == Out;

    public static List<AuthorityWord> All(Session session) =>
        [.. TableSql.Where(session, BookmineSetup.Word, "1 = 1 ORDER BY id").Select(r => Read(r))];

    /// <summary>Takes up words that these records have forgotten, and does what they say. What does not bear this server's MAC is passed over.</summary>
    /// <returns>How many were news.</returns>
    public static int Hear(Session session, IEnumerable<AuthorityWord?> words)
    {
        var proof = FeedState.ProofOf(session);
        var news = 0;
        foreach (var word in words.OfType<AuthorityWord>().Where(w => proof.HoldsText(Text(w.Subject, w.Revision, w.State), w.Mac)))
        {
            if (Find(session, word.Subject) is { } held && held.Revision >= word.Revision)
            {
                continue;
            }
            Write(session, word);
            Apply(session, word);
            news++;
        }
        return news;
    }

    private static void Apply(Session session, AuthorityWord word)
    {
        var (isOut, what) = (word.State == Out, word.Subject.Split(' ', 2));
        switch (what)
        {
            case ["till", var number] when long.TryParse(number, out var till):
                session.Execute(
                    "UPDATE till SET state = @state WHERE id = @till AND state <> @state AND (state = @revoked OR @out = 1)",
                    (isOut ? TillState.Revoked : TillState.Enrolled).Text(), till, TillState.Revoked.Text(), isOut ? 1L : 0L);
                break;
            case ["person", var name]:
                Named(session, "person", name).ForEach(id => session.Execute("UPDATE person SET disabled = @disabled WHERE id = @id", isOut ? 1L : 0L, id));
                break;
            case ["key", var name] when isOut:
                Named(session, "api_key", name).ForEach(
                    id => session.Execute("UPDATE api_key SET revoked_at = @at WHERE id = @id AND revoked_at IS NULL", word.SaidAt, id));
                break;
            case ["operator", var name]:
                Named(session, "operator", name).ForEach(id => session.Execute("UPDATE operator SET disabled = @disabled WHERE id = @id", isOut ? 1L : 0L, id));
                break;
        }
    }

    private static List<long> Named(Session session, string table, string name)
    {
        var ids = new List<long>();
        using var reader = session.Query($"SELECT id, name FROM {table}");
        while (reader.Read())
        {
            if (reader.GetString(1).Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                ids.Add(reader.GetInt64(0));
            }
        }
        return ids;
    }

    private static AuthorityWord? Find(Session session, string subject) =>
        TableSql.Find(session, BookmineSetup.Word, new RowKey(IdOf(subject))) is { } row ? Read(row) : null;

    private static AuthorityWord Read(Row row) => new(row.Text("subject"), row.Integer("revision"), row.Text("state"), row.Integer("said_at"), row.Text("mac"));

    private static void Write(Session session, AuthorityWord word)
    {
        session.Execute("DELETE FROM word WHERE id = @id", IdOf(word.Subject));
        session.Execute(
            "INSERT INTO word (id, subject, revision, state, said_at, mac) VALUES (@id, @subject, @revision, @state, @said_at, @mac)",
            IdOf(word.Subject), word.Subject, word.Revision, word.State, word.SaidAt, word.Mac);
    }

    /// <summary>One row a subject, wherever it is written.</summary>
    private static Guid IdOf(string subject) => new(SHA256.HashData(Encoding.UTF8.GetBytes("word " + subject)).AsSpan(0, IdBytes));

    private static string Text(string subject, long revision, string state) => FormattableString.Invariant($"word {subject}\n{revision} {state}");
}
