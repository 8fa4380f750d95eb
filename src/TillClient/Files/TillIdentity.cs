using System.Text.Json;
using System.Text.Json.Serialization;
using Bookmine.Sync.Files;

namespace Bookmine.TillClient.Files;

/// <summary>Who this till is: from its enrolment, in <c>till.json</c>, readable by its owner alone.</summary>
/// <param name="Server">The branch server's address.</param>
/// <param name="Branch">The branch at enrolment; the replica says when the till has moved.</param>
/// <param name="Proof">The server's word that it enrolled this till; null when an older program enrolled it.</param>
/// <param name="ServerKeys">Fingerprints of the keys by which the till knows the server; null or empty where it trusts the usual authorities.</param>
public sealed record TillIdentity(
    string Server, long Till, string Name, long Branch, string Secret, string? Proof = null, IReadOnlyList<string>? ServerKeys = null)
{
    private const string FileName = "till.json";

    /// <summary>Whether nothing that is done on it is ever posted.</summary>
    [JsonIgnore]
    public bool IsTraining => Till == Training.Till;

    public static bool Exists(IFileStore files, string folder) => files.Exists(Path.Combine(folder, FileName));

    /// <exception cref="TillException">The folder is no enrolled till's.</exception>
    public static TillIdentity Read(IFileStore files, string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (files.Read(path) is not { } json)
        {
            throw new TillException(
                $"{folder} is not an enrolled till's folder. Have the manager make a code (bookmine-server till enrol-code), then: bookmine-till enrol --server URL --code CODE --data {folder}");
        }
        try
        {
            return JsonSerializer.Deserialize(json, TillFilesJson.Default.TillIdentity)!;
        }
        catch (JsonException)
        {
            throw new TillException($"{path} is damaged. Put it back from a copy; the journal beside it is untouched.");
        }
    }

    public void Write(IFileStore files, string folder) =>
        files.Replace(Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(this, TillFilesJson.Default.TillIdentity));
}

/// <summary>What belongs to this machine: <c>settings.json</c>.</summary>
/// <param name="Printer">Where dockets go: tcp://HOST:9100, cups:QUEUE, a device or a file; null for none.</param>
/// <param name="Columns">The docket's width in characters.</param>
/// <param name="Mirror">A folder on another medium that receives each entry before its docket is printed; null for none.</param>
/// <param name="PrintAs"><c>escpos</c> or <c>text</c>; null to tell by the printer.</param>
public sealed record TillSettings(string? Printer = null, int Columns = 42, string CodePage = "utf-8", string? Mirror = null, string? PrintAs = null)
{
    private const string FileName = "settings.json";

    public static TillSettings Read(IFileStore files, string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            return files.Read(path) is { } json ? JsonSerializer.Deserialize(json, TillFilesJson.Default.TillSettings)! : new TillSettings();
        }
        catch (JsonException)
        {
            throw new TillException($"{path} is damaged. Delete it and set what it held again: bookmine-till set --printer P --columns N.");
        }
    }

    public void Write(IFileStore files, string folder) =>
        files.Replace(Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(this, TillFilesJson.Default.TillSettings));
}

/// <summary>The JSON of the till's own small files, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(TillIdentity))]
[JsonSerializable(typeof(TillSettings))]
[JsonSerializable(typeof(NewIdentity.Next))]
[JsonSerializable(typeof(ClockOffset.Word))]
internal sealed partial class TillFilesJson : JsonSerializerContext;
