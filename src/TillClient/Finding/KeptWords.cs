using System.Text.Json;
using Bookmine.Schema;
using Bookmine.Schema.Views;
using Bookmine.Sync.Data;
using Bookmine.Sync.Files;

namespace Bookmine.TillClient.Finding;

/// <summary>
/// The server's words as this till has heard them, in <c>words.json</c>: a replica is replaced when the server's records were put back, and is no place for
/// them then.
/// </summary>
internal sealed class KeptWords(IFileStore files, string folder, ReplicaView view)
{
    private const string FileName = "words.json";

    private (long Count, long Revisions) written = (-1, -1);

    private string FilePath => Path.Combine(folder, FileName);

    /// <summary>What to bring to a server that gives out a whole replica: it may have forgotten.</summary>
    public AuthorityWord[] Read()
    {
        try
        {
            return files.Read(FilePath) is { } json ? JsonSerializer.Deserialize(json, ViewJson.Default.AuthorityWordArray) ?? [] : [];
        }
        catch (JsonException)
        {
            // What the disk has changed bears no MAC any more; the next replica brings them again.
            return [];
        }
    }

    /// <summary>
    /// Keeps what the replica has, after a synchronisation, which has succeeded whatever becomes of this: a replica that the disk has changed is replaced,
    /// and a full disk has room again, and then they are kept.
    /// </summary>
    public void Keep()
    {
        try
        {
            KeepNew();
        }
        catch (Exception e) when (e is TillException or IOException or UnauthorizedAccessException || DamagedValueException.IsDamage(files, e))
        {
            written = (-1, -1);
        }
    }

    private void KeepNew()
    {
        var mark = view.Look(() => view.Exists ? Mark() : (0, 0));
        if (mark == written || mark.Count == 0)
        {
            return;
        }
        var words = view.Read(() => TableSql.Where(view.Session, BookmineSetup.Word, "1 = 1 ORDER BY id").Select(r =>
            new AuthorityWord(r.Text("subject"), r.Integer("revision"), r.Text("state"), r.Integer("said_at"), r.Text("mac"))).ToArray());
        var kept = Read();
        var newest = kept.Concat(words).GroupBy(w => w.Subject, StringComparer.Ordinal).Select(g => g.MaxBy(w => w.Revision)!).ToArray();
        if (!newest.SequenceEqual(kept))
        {
            files.Replace(FilePath, JsonSerializer.SerializeToUtf8Bytes(newest, ViewJson.Default.AuthorityWordArray));
        }
        written = mark;
    }

    private (long Count, long Revisions) Mark() => (
        view.Session.Integer("SELECT count(*) FROM word") ?? 0, view.Session.Integer("SELECT coalesce(sum(revision), 0) FROM word") ?? 0);
}
