using System.Text.Json;
using Bookmine.Schema.Views;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Files;

namespace Bookmine.SyncServer.Authority;

/// <summary>
/// The server's words in a file beside its records, <c>words.json</c> in the folder of its files: a backup that is put back over the records, by whatever
/// means, does not put back this.
/// </summary>
public static class WordsFile
{
    public static string PathIn(string dataFolder) => Path.Combine(dataFolder, "words.json");

    /// <summary>Has the records hear what the file holds, and the file what the records hold.</summary>
    /// <returns>How many words the records had forgotten.</returns>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    public static int Bring(IServerDatabase database, string dataFolder)
    {
        var kept = Read(PathIn(dataFolder));
        var (news, all) = database.Writing(session => (AuthorityWords.Hear(session, kept), AuthorityWords.All(session)));
        if (all.Count > 0 && !all.SequenceEqual(kept))
        {
            Write(dataFolder, all);
        }
        return news;
    }

    /// <summary>What is no list of words is no word; the records then make the file anew.</summary>
    private static List<AuthorityWord> Read(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }
        try
        {
            return [.. JsonSerializer.Deserialize(File.ReadAllText(path), ViewJson.Default.AuthorityWordArray)!.Take(AuthorityWords.Most)];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static void Write(string dataFolder, IReadOnlyList<AuthorityWord> words)
    {
        PrivateFiles.MakeFolder(dataFolder);
        var path = PathIn(dataFolder);
        using (var file = PrivateFiles.Create(path + ".part"))
        {
            JsonSerializer.Serialize(file, [.. words], ViewJson.Default.AuthorityWordArray);
            file.Flush(flushToDisk: true);
        }
        File.Move(path + ".part", path, overwrite: true);
    }
}
