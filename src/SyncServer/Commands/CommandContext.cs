using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Clocks;
using Bookmine.SyncServer.Database;
using Spectre.Console;

namespace Bookmine.SyncServer.Commands;

/// <summary>What every verb has: the options all share, the database opened on demand, and one way to print.</summary>
/// <param name="doors">More doors of a server that is started.</param>
internal sealed class CommandContext(ParseResult parsed, TimeProvider clock, Action<WebApplication, ServerOptions>? doors)
{
    private readonly ServerClock judged = ServerClock.Of(clock);

    public static readonly Option<string?> Db = new("--db") { Description = "sqlite:PATH, postgres:CONNECTION or sqlserver:CONNECTION; also BOOKMINE_DB. Default: sqlite:DATA/shop.db", Recursive = true };
    public static readonly Option<string> Data = new("--data") { Description = "The folder of the server's files", DefaultValueFactory = _ => "data", Recursive = true };
    public static readonly Option<bool> Json = new("--json") { Description = "One JSON object, or one a line for lists", Recursive = true };

    private static readonly JsonSerializerOptions JsonForm = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    // Wide enough that a table in a file or a pipe breaks no cell.
    private const int PipedWidth = 400;

    /// <summary>The machine's clock.</summary>
    public TimeProvider Clock => clock;

    /// <summary>The clock by which things are dated, once it has looked at the shop's records.</summary>
    public ServerClock ServerClock => judged;

    /// <summary>Opens the doors that this program has beside the server's own.</summary>
    public void OpenDoors(WebApplication app, ServerOptions options) => doors?.Invoke(app, options);

    /// <summary>Unix milliseconds.</summary>
    public long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    public bool AsJson => parsed.GetValue(Json);

    public string DataFolder => Path.GetFullPath(parsed.GetValue(Data)!);

    public string DatabaseName => parsed.GetValue(Db) ?? Environment.GetEnvironmentVariable("BOOKMINE_DB") ?? "sqlite:" + Path.Combine(DataFolder, "shop.db");

    public T Get<T>(Option<T> option) => parsed.GetValue(option)!;

    public T Get<T>(Argument<T> argument) => parsed.GetValue(argument)!;

    /// <exception cref="ShopDatabaseException">There is no shop, or not one of this program's tables; nothing was made.</exception>
    public IServerDatabase OpenDatabase(Opening opening = Opening.ToUse) => ShopDatabase.Open(DatabaseName, clock, opening);

    /// <summary>The file of the server's words beside these records.</summary>
    public WordsFile WordsOf(IServerDatabase database) => new(database, ShopOrchestrator.Files, DataFolder);

    /// <summary>Does something to the shop's records, with its row of the audit log.</summary>
    public T Do<T>(IServerDatabase database, string deed, Func<Session, Done<T>> work) =>
        database.Doing(Clock, Actor.AtTheMachine(), deed, (session, _) => work(session));

    /// <summary>The records for one deed, each writing of which is on record.</summary>
    public IServerDatabase As(IServerDatabase database, string deed, string subject, string? detail = null) =>
        new AuditedDatabase(database, Clock, Actor.AtTheMachine(), deed, subject, detail);

    /// <summary>Puts down what was begun or done in transactions of its own.</summary>
    public void Note(IServerDatabase database, string deed, string subject, string? detail) => Do(database, deed, _ => new Done<bool>(true, subject, detail));

    /// <summary>Prints one answer: the object as JSON, or the text for people.</summary>
    public int Print(object answer, string text)
    {
        Console.WriteLine(AsJson ? JsonSerializer.Serialize(answer, JsonForm) : ShownText.OfLines(text));
        return 0;
    }

    /// <summary>Prints a list: an object a line as JSON, or a table for people.</summary>
    public int PrintList<T>(IEnumerable<T> rows, params (string Head, Func<T, string> Cell)[] columns)
    {
        if (AsJson)
        {
            foreach (var row in rows)
            {
                Console.WriteLine(JsonSerializer.Serialize(row, JsonForm));
            }
            return 0;
        }
        var table = new Table().Border(TableBorder.Ascii2).AddColumns([.. columns.Select(c => c.Head)]);
        foreach (var row in rows)
        {
            table.AddRow([.. columns.Select(c => Markup.Escape(ShownText.OfLine(c.Cell(row))))]);
        }
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = PipedWidth;
        }
        AnsiConsole.Write(table);
        return 0;
    }
}
