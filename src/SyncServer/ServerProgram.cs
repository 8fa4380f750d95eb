using System.CommandLine;
using System.Globalization;
using Bookmine.Schema;
using Bookmine.SyncServer.Commands;

namespace Bookmine.SyncServer;

/// <summary>The branch server's program, from the command line to the exit code.</summary>
public static class ServerProgram
{
    /// <param name="doors">
    /// More doors of the server that <c>serve</c> starts, such as a bridge for tills of another engine; null for none.
    /// </param>
    /// <returns>The exit code: 0 when it was done, 1 when it could not be, 2 when it was not understood.</returns>
    public static async Task<int> RunAsync(string[] args, Action<WebApplication, ServerOptions>? doors = null)
    {
        CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        var clock = ShopClock.FromEnvironment(Console.Error.WriteLine);
        var verbs = new Verbs(clock, doors);
        var root = new RootCommand("The Bookmine branch server: the shop's records, and what its tills post and receive.")
        {
            CommandContext.Db,
            CommandContext.Data,
            CommandContext.Json,
            ServeCommand.Make(verbs),
            BranchCommands.Make(verbs),
            OperatorCommands.Make(verbs),
            PersonCommands.Make(verbs),
            ApiKeyCommands.Make(verbs),
            PaymentMethodCommands.Make(verbs),
            TillCommands.Make(verbs),
            StockCommands.Make(verbs),
            ImportCommands.Make(verbs),
            AccountCommands.Make(verbs),
            ContactCommands.Make(verbs),
            SaleCommands.Make(verbs),
            TotalsCommand.Make(verbs),
            DayCommands.Make(verbs),
            PostingCommands.Make(verbs),
            DroppedCommand.Make(verbs),
            QuarantineCommands.Make(verbs),
            FindingCommands.Make(verbs),
            EventCommands.Make(verbs),
            AuditCommands.Make(verbs),
            JournalCommands.Make(verbs),
            CheckCommand.Make(verbs),
            ClockCommands.Make(verbs),
            KeyCommands.Make(verbs),
            DatabaseCommands.Make(verbs),
            BackupCommands.MakeBackup(verbs),
            BackupCommands.MakeRestore(verbs),
        };
        ServeCommand.MakeDefault(root, verbs);

        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync(CommandLineWords.Plain(error.Message));
            }
            await Console.Error.WriteLineAsync("bookmine-server --help lists the verbs; VERB --help its options.");
            return 2;
        }
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }
}
