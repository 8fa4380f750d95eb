using System.CommandLine;
using Bookmine.Schema;

namespace Bookmine.TillClient.Commands;

/// <summary>The default: the screens.</summary>
internal static class ScreenCommand
{
    public static void MakeDefault(RootCommand root) =>
        root.SetAction((parsed, cancel) => Verbs.RunAsync(new CommandContext(parsed, ShopClock.FromEnvironment(Console.Error.WriteLine), cancel), RunAsync));

    private static async Task<int> RunAsync(CommandContext context)
    {
        using var till = context.OpenTill();
        await Screens.PosProgram.RunAsync(till, context.Clock).ConfigureAwait(false);
        return 0;
    }
}
