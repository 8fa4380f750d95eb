using System.Text.Json;
using Bookmine.Schema.Views;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Files;

namespace Bookmine.SyncServer.Authority;

/// <summary>
/// The server's words in a file beside its records, <c>words.json</c> in the folder of its files: a backup that is put back over the records, by whatever
/// means, does not put back this.
/// </summary>
/// <param name="dataFolder">Of this host's files.</param>
public sealed class WordsFile(IServerDatabase database, IFileStore files, string dataFolder)
{
    private readonly string path = PathIn(dataFolder);
    private readonly Lock gate = new();

    public static string PathIn(string dataFolder) => Path.Combine(dataFolder, "words.json");

    /// <summary>Has the records hear what the file holds, and the file what the records hold.</summary>
    /// <returns>How many words the records had forgotten.</returns>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    public int Bring()
    {
        lock (gate)
        {
            return BringAlone();
        }
    }

    /// <summary>
    /// The same after a deed, which is done and stays so whatever becomes of the file: the records hold its word, and whoever brings the next one, or starts
    /// the server, brings it too.
    /// </summary>
    public void BringIfPossible()
    {
        try
        {
            Bring();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As the summary says.
        }
    }

    private int BringAlone()
    {
        var kept = Read();
        var (news, all) = database.Writing(session => (AuthorityWords.Hear(session, kept), AuthorityWords.All(session)));
        if (all.Count > 0 && !all.SequenceEqual(kept))
        {
            files.Replace(path, JsonSerializer.SerializeToUtf8Bytes([.. all], ViewJson.Default.AuthorityWordArray));
        }
        return news;
    }

    /// <summary>What is no list of words is no word; the records then make the file anew.</summary>
    private List<AuthorityWord> Read()
    {
        try
        {
            return files.Read(path) is { } json ? [.. JsonSerializer.Deserialize(json, ViewJson.Default.AuthorityWordArray)!.Take(AuthorityWords.Most)] : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
