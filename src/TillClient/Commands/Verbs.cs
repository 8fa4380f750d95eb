using System.CommandLine;
using Bookmine.Schema;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Wire;

namespace Bookmine.TillClient.Commands;

/// <summary>Makes verbs whose faults are told in one way: the reason and the remedy on standard error, exit code 1.</summary>
internal static class Verbs
{
    public static Command Make(string name, string description, Func<CommandContext, Task<int>> run, params Symbol[] symbols)
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
        command.SetAction((parsed, cancel) => RunAsync(new CommandContext(parsed, ShopClock.FromEnvironment(Console.Error.WriteLine), cancel), run));
        return command;
    }

    public static async Task<int> RunAsync(CommandContext context, Func<CommandContext, Task<int>> run)
    {
        try
        {
            return await run(context).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TillException or JournalException or OutOfNumbersException or ServerAwayException or ServerRefusedException or DownloadBusyException)
        {
            await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            return 1;
        }
        catch (Exception e) when (FaultText.IsOfMachine(e) || e is SealFailedException)
        {
            await Console.Error.WriteLineAsync($"{context.Folder}: {FaultText.Of(e)}").ConfigureAwait(false);
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 1;
        }
    }
}
