using System.CommandLine;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>serve</c>, the default verb.</summary>
internal static class ServeCommand
{
    private static readonly Option<string> Urls = new("--urls")
    {
        Description = "Where to listen, parted by semicolons",
        DefaultValueFactory = _ => "http://127.0.0.1:5080",
    };

    public static Command Make(Verbs verbs) => verbs.Make("serve", "Serve the tills (the default verb)", ServeAsync, Urls);

    public static void MakeDefault(RootCommand root, TimeProvider clock)
    {
        root.Add(Urls);
        root.SetAction((parsed, _) => Verbs.RunAsync(new CommandContext(parsed, clock), ServeAsync));
    }

    private static async Task<int> ServeAsync(CommandContext context)
    {
        await using var app = ServerHost.Build(new ServerOptions(context.DatabaseName, context.DataFolder, context.Get(Urls)), context.Clock);
        await app.StartAsync();
        foreach (var url in app.Urls)
        {
            Console.WriteLine($"listening on {url}");
        }
        await app.WaitForShutdownAsync();
        return 0;
    }
}
