using System.CommandLine;
using Bookmine.Schema;

namespace Bookmine.TillClient.Commands;

/// <summary>The default: the screens.</summary>
internal static class ScreenCommand
{
    private static readonly Option<bool> Training = new("--training") { Description = "To practise: nothing that is sold is ever posted" };
    private static readonly Option<bool> Ascii = new("--ascii") { Description = "Letters of plain ASCII on the screen, for old console fonts; also BOOKMINE_ASCII=1" };

    private static readonly Option<bool> Mono = new("--mono") { Description = "No colours, for terminals that have none; also NO_COLOR=1" };

    public static void MakeDefault(RootCommand root)
    {
        root.Add(Training);
        root.Add(Ascii);
        root.Add(Mono);
        root.SetAction((parsed, cancel) => Verbs.RunAsync(new CommandContext(parsed, ShopClock.FromEnvironment(Console.Error.WriteLine), cancel), RunAsync));
    }

    private static async Task<int> RunAsync(CommandContext context)
    {
        var terminal = Screens.TerminalKind.Of(Environment.GetEnvironmentVariable, context.Get(Ascii), context.Get(Mono));
        using var till = context.Get(Training) ? OpenTraining(context) : context.OpenTill();
        await Screens.PosProgram.RunAsync(till, context.Clock, terminal).ConfigureAwait(false);
        return 0;
    }

    private static Till OpenTraining(CommandContext context)
    {
        var machine = TillMachine.This(context.Clock);
        return Till.Open(Files.Training.Prepare(context.Folder, machine), disconnected: true, Files.Training.WithoutServer(machine));
    }
}
