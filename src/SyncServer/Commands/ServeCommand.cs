using System.CommandLine;
using Bookmine.Schema;
using Bookmine.SyncServer.Tills;

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

    private static void Require(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new ShopException($"“{url}” is no address to listen on. Give one such as http://127.0.0.1:5080.");
        }
        if (address.Scheme == "http" && !address.IsLoopback)
        {
            Console.Error.WriteLine($"{url} is plain HTTP beyond this machine, and tills refuse it: listen on https://, for which the server has a key of its own, or put a TLS proxy before it.");
        }
    }

    private static async Task<int> ServeAsync(CommandContext context)
    {
        foreach (var url in context.Get(Urls).Split(';'))
        {
            Require(url);
        }
        await using var app = ServerHost.Build(new ServerOptions(context.DatabaseName, context.DataFolder, context.Get(Urls)), context.Clock);
        try
        {
            await app.StartAsync();
        }
        catch (IOException e)
        {
            throw new ShopException($"{context.Get(Urls)} cannot be listened on: {e.Message} Is another server running there? Give another port with --urls.");
        }
        foreach (var url in app.Urls)
        {
            Console.WriteLine($"listening on {url}");
        }
        if (app.Urls.Any(url => url.StartsWith("https:", StringComparison.Ordinal)))
        {
            var key = app.Services.GetRequiredService<ServerKeys>().Current().Fingerprint;
            Console.WriteLine($"tills know this server by its key {KeyFingerprint.Grouped(key[..KeyFingerprint.ShortLength])}");
        }
        Console.WriteLine($"bookmine-server {ProgramVersion.Own}");
        await app.WaitForShutdownAsync();
        return 0;
    }
}
