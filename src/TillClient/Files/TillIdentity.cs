using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bookmine.TillClient.Files;

/// <summary>Who this till is: from its enrolment, in <c>till.json</c>, readable by its owner alone.</summary>
/// <param name="Server">The branch server's address.</param>
/// <param name="Branch">The branch at enrolment; the replica says when the till has moved.</param>
public sealed record TillIdentity(string Server, long Till, string Name, long Branch, string Secret)
{
    private const string FileName = "till.json";

    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <exception cref="TillException">The folder is no enrolled till's.</exception>
    public static TillIdentity Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            throw new TillException(
                $"{folder} is not an enrolled till's folder. Have the manager make a code (bookmine-server till enrol-code), then: bookmine-till enrol --server URL --code CODE --data {folder}");
        }
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), TillFilesJson.Default.TillIdentity)!;
        }
        catch (JsonException)
        {
            throw new TillException($"{path} is damaged. Put it back from a copy; the journal beside it is untouched.");
        }
    }

    public void Write(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        using var stream = new FileStream(path + ".new", options);
        JsonSerializer.Serialize(stream, this, TillFilesJson.Default.TillIdentity);
        stream.Flush(flushToDisk: true);
        stream.Close();
        File.Move(path + ".new", path, overwrite: true);
    }
}

/// <summary>What belongs to this machine: <c>settings.json</c>.</summary>
/// <param name="Printer">Where dockets go: a device or a file; null for none.</param>
/// <param name="Columns">The docket's width in characters.</param>
public sealed record TillSettings(string? Printer = null, int Columns = 42, string CodePage = "utf-8")
{
    private const string FileName = "settings.json";

    public static TillSettings Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllText(path), TillFilesJson.Default.TillSettings)! : new TillSettings();
        }
        catch (JsonException)
        {
            throw new TillException($"{path} is damaged. Delete it and set what it held again: bookmine-till set --printer P --columns N.");
        }
    }

    public void Write(string folder)
    {
        var path = Path.Combine(folder, FileName);
        File.WriteAllText(path + ".new", JsonSerializer.Serialize(this, TillFilesJson.Default.TillSettings));
        File.Move(path + ".new", path, overwrite: true);
    }
}

/// <summary>The JSON of the till's own small files, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(TillIdentity))]
[JsonSerializable(typeof(TillSettings))]
internal sealed partial class TillFilesJson : JsonSerializerContext;
