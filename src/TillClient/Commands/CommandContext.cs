using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Bookmine.Schema;

namespace Bookmine.TillClient.Commands;

/// <summary>What every verb has: the options all share, the till opened on demand, and one way to print.</summary>
internal sealed class CommandContext(ParseResult parsed, TimeProvider clock, CancellationToken cancel)
{
    public static readonly Option<string> Data = new("--data")
    {
        Description = "The till's folder",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("BOOKMINE_TILL") ?? "till",
        Recursive = true,
    };

    public static readonly Option<bool> Disconnected = new("--disconnected") { Description = "Without the server: call nobody", Recursive = true };
    public static readonly Option<bool> Json = new("--json") { Description = "One JSON object, or one a line for lists", Recursive = true };

    public TimeProvider Clock => clock;

    public CancellationToken Cancel => cancel;

    public bool AsJson => parsed.GetValue(Json);

    public bool WithoutServer => parsed.GetValue(Disconnected);

    public string Folder => Path.GetFullPath(parsed.GetValue(Data)!);

    public T Get<T>(Option<T> option) => parsed.GetValue(option)!;

    public T Get<T>(Argument<T> argument) => parsed.GetValue(argument)!;

    public Till OpenTill() => Till.Open(Folder, WithoutServer, clock);

    public void Print<T>(T answer, JsonTypeInfo<T> type, Func<string> text) =>
        Console.WriteLine(AsJson ? JsonSerializer.Serialize(answer, type) : ShownText.OfLines(text()));
}
