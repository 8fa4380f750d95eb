using System.CommandLine;
using Bookmine.Schema;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Endpoints;
using Bookmine.SyncServer.Observing;
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

    private static readonly Option<string?> Pages = new("--pages")
    {
        Description = "An address of their own for the back office's pages, such as http://127.0.0.1:5090; they are then at no other",
    };

    private static readonly Option<string?> PagesCertificate = new("--pages-certificate")
    {
        Description = "With --pages at https://: a PEM file with its certificate, those above it, and its private key",
    };

    private static readonly Option<int?> Metrics = new("--metrics")
    {
        Description = "A port of this machine's loopback address where Prometheus finds /metrics; docs/telemetry.md explains each",
    };

    private static readonly Option<string?> Backups = new(
        "--backups") { Description = "A folder for nightly backups of the embedded database, best on another disk" };

    private static readonly Option<string?> BackupTo = new("--backup-to")
    {
        Description = "With --backups: encrypt them to the public key in this PEM file",
    };

    private static readonly Option<string?> Smtp = new("--smtp")
    {
        Description = "The mail server that emails leave by, as smtp://user@host:587 or smtps://; its password in BOOKMINE_SMTP_PASSWORD",
    };

    private static readonly Option<string?> MailFrom = new(
        "--mail-from") { Description = "With --smtp: who sends, as \"High Street Books <shop@example.com>\"" };

    public static Command Make(Verbs verbs) => verbs.Make(
        "serve", "Serve the tills (the default verb)", ServeAsync, Urls, Pages, PagesCertificate, Metrics, Backups, BackupTo, Smtp, MailFrom);

    public static void MakeDefault(RootCommand root, Verbs verbs)
    {
        root.Add(Urls);
        root.Add(Pages);
        root.Add(PagesCertificate);
        root.Add(Metrics);
        root.Add(Backups);
        root.Add(BackupTo);
        root.Add(Smtp);
        root.Add(MailFrom);
        verbs.SetAction(root, ServeAsync);
    }

    private static void Require(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new ShopException($"“{url}” is no address to listen on. Give one such as http://127.0.0.1:5080.");
        }
        if (address.Scheme == "http" && !address.IsLoopback)
        {
            Console.Error.WriteLine(
                $"{url} is plain HTTP beyond this machine, and tills refuse it: listen on https://, for which the server has a key of its own, or put a TLS proxy before it.");
        }
    }

    /// <summary>An address that listens on every one of this machine's, by the machine's name.</summary>
    private static string Reachable(string url) => new Uri(url) is { Host: "0.0.0.0" or "[::]" } any
        ? new UriBuilder(any) { Host = Environment.MachineName }.Uri.GetLeftPart(UriPartial.Authority) : url;

    private static async Task<int> ServeAsync(CommandContext context)
    {
        foreach (var url in context.Get(Urls).Split(';'))
        {
            Require(url);
        }
        if (context.Get(Metrics) is { } port && port is < 0 or > 65535)
        {
            throw new ShopException($"{port} is no port. Give one such as --metrics 9464.");
        }
        var options = new ServerOptions(context.DatabaseName, context.DataFolder, context.Get(Urls), Metrics: context.Get(Metrics),
            Backups: context.Get(Backups) is { } folder ? Path.GetFullPath(folder) : null, BackupTo: context.Get(BackupTo),
            Pages: context.Get(Pages), PagesCertificate: context.Get(PagesCertificate) is { } pem ? Path.GetFullPath(pem) : null,
            Mail: MailServer.Read(context.Get(Smtp), Environment.GetEnvironmentVariable("BOOKMINE_SMTP_PASSWORD"), context.Get(MailFrom)));
        BackOffice.Backups.Require(options);
        PagesAddress.Require(options);
        await using var app = ServerHost.Build(options, context.Clock);
        context.OpenDoors(app, options);
        try
        {
            await app.StartAsync();
        }
        catch (IOException e)
        {
            var (also, option) = options.Metrics is { } at ? ($" or port {at} for metrics", " or --metrics") : ("", "");
            throw new ShopException(
                $"{context.Get(Urls)}{(options.Pages is { } office ? $", {office}" : "")}{also} cannot be listened on: {e.Message} Is another server running there? Give another port with --urls{option}.");
        }
        var metrics = app.MetricsUrl(options.Metrics);
        var pages = app.Services.GetRequiredService<PagesAddress>().Url;
        foreach (var url in app.Urls.Where(url => url != metrics && url != pages))
        {
            Console.WriteLine($"listening on {url}");
        }
        if (pages is not null)
        {
            Console.WriteLine($"pages at {pages}");
        }
        if (metrics is not null)
        {
            Console.WriteLine($"metrics at {metrics}/metrics");
        }
        if (app.Urls.Any(url => url.StartsWith("https:", StringComparison.Ordinal)))
        {
            var key = app.Services.GetRequiredService<ServerKeys>().Current().Fingerprint;
            Console.WriteLine($"tills know this server by its key {KeyFingerprint.Grouped(key[..KeyFingerprint.ShortLength])}");
        }
        if (app.Services.GetRequiredService<FirstAdmin>().NewLink() is { } link)
        {
            Console.WriteLine($"no admin yet: make the first one, once and within a day, at {Reachable(pages ?? app.Urls.First(url => url != metrics))}{link}");
        }
        Console.WriteLine($"bookmine-server {ProgramVersion.Own}");
        app.Logger.Serves(ProgramVersion.Own, context.DatabaseName.Split(':')[0]);
        await app.WaitForShutdownAsync();
        return 0;
    }
}
