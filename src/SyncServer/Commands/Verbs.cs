using System.CommandLine;
using Bookmine.Schema;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Orchestrators;
using Bookmine.SyncServer.Database;
using Microsoft.Data.Sqlite;

namespace Bookmine.SyncServer.Commands;

/// <summary>Makes verbs whose faults are told in one way: the reason and the remedy on standard error, exit code 1.</summary>
/// <param name="doors">More doors of a server that is started.</param>
internal sealed class Verbs(TimeProvider clock, Action<WebApplication, ServerOptions>? doors)
{
    public Command Make(string name, string description, Func<CommandContext, int> run, params Symbol[] symbols) =>
        Make(name, description, context => Task.FromResult(run(context)), symbols);

    public Command Make(string name, string description, Func<CommandContext, Task<int>> run, params Symbol[] symbols)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            switch (symbol)
            {
                case Option option: command.Add(option); break;
                case Argument argument: command.Add(argument); break;
            }
        }
        SetAction(command, run);
        return command;
    }

    public void SetAction(Command command, Func<CommandContext, Task<int>> run) =>
        command.SetAction((parsed, _) => RunAsync(new CommandContext(parsed, clock, doors), run));

    private static async Task<int> RunAsync(CommandContext context, Func<CommandContext, Task<int>> run)
    {
        try
        {
            return await run(context);
        }
        catch (Exception e) when (e is ShopException or ShopDatabaseException or PostingPutOffException
            or RecordsElsewhereException or ProgramOutdatedException or DatabaseAwayException)
        {
            await Console.Error.WriteLineAsync(ShownText.OfLines(e.Message));
            return 1;
        }
        catch (Exception e) when (e is System.Data.Common.DbException or IOException or UnauthorizedAccessException)
        {
            var words = e is SqliteException fault && SqliteFaults.Words(fault) is { } plain ? plain + ". Nothing was half-done." : e.Message;
            await Console.Error.WriteLineAsync(ShownText.OfLines($"{ShopDatabase.Shown(context.DatabaseName)}: {words}"));
            return 1;
        }
    }
}
