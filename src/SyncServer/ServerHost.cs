using System.IO.Compression;
using System.Text.Json.Serialization;
using System.Text.Json;
using Bookmine.Schema;
using Bookmine.Sync.Clocks;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Posting;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Wire;
using Bookmine.SyncServer.Api;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Clocks;
using Bookmine.SyncServer.Database;
using Bookmine.SyncServer.Endpoints;
using Bookmine.SyncServer.Foreign;
using Bookmine.SyncServer.Observing;
using Bookmine.SyncServer.Pages;
using Bookmine.SyncServer.Pages.SigningIn;
using Bookmine.SyncServer.Posting;
using Bookmine.SyncServer.Tills;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;

namespace Bookmine.SyncServer;

/// <param name="Database">As on the command line.</param>
/// <param name="DataFolder">For snapshots.</param>
/// <param name="Urls">Where to listen, parted by semicolons.</param>
/// <param name="MostDownloads">At a time; who comes then is told to wait for some seconds.</param>
/// <param name="TimeKeeping">What the machine knows of its clock; null for the one that this runs on.</param>
/// <param name="Backups">Where the nightly backups of the embedded database go; null for none.</param>
/// <param name="BackupTo">The PEM file of a public key that they are encrypted to; null for plain ones.</param>
/// <param name="Mail">The mail server that emails leave by; null where they are kept and not sent.</param>
/// <param name="Pages">The pages' address of their own; null where they are with all else.</param>
/// <param name="PagesCertificate">A PEM file with its certificate and key; null for the server's own.</param>
/// <param name="Metrics">The port of this machine's loopback address where Prometheus finds <c>/metrics</c>; null for none.</param>
public sealed record ServerOptions(
    string Database, string DataFolder, string Urls, int MostDownloads = 16, int? Metrics = null, IMachineClock? TimeKeeping = null,
    string? Backups = null, string? BackupTo = null, MailServer? Mail = null, string? Pages = null, string? PagesCertificate = null);

/// <summary>What any host of the shop's records needs, whatever it serves.</summary>
public static class BookmineServices
{
    /// <param name="clock">The machine's; what is dated goes by the <see cref="ServerClock"/> that judges it.</param>
    public static IServiceCollection AddBookmine(this IServiceCollection services, ServerOptions options, TimeProvider clock) => services
        .AddSingleton(options)
        .AddSingleton(new ServerClock(clock, options.TimeKeeping ?? MachineClock.This(clock)))
        .AddSingleton<TimeProvider>(provider => provider.GetRequiredService<ServerClock>())
        .AddSingleton(provider =>
        {
            var database = ShopDatabase.Open(options.Database, clock);
            database.Writing(session =>
            {
                provider.GetRequiredService<ServerClock>().Beat(session);
                return true;
            });
            new WordsFile(database, ShopOrchestrator.Files, options.DataFolder).Bring();
            return database;
        })
        .AddSingleton(provider => new WordsFile(provider.GetRequiredService<IServerDatabase>(), ShopOrchestrator.Files, options.DataFolder))
        .AddSingleton<Readiness>()
        .AddSingleton<TillRegister>()
        .AddSingleton<ISecrets, SystemSecrets>()
        .AddSingleton(provider => new EntityIds(provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<Enrolment>()
        .AddSingleton<KeptQuota>()
        .AddSingleton<ForeignExchange>()
        .AddSingleton<ServerKeys>()
        .AddSingleton(provider => new LiveEdits(
            provider.GetRequiredService<IServerDatabase>(), provider.GetRequiredService<TimeProvider>(), options.Mail is null ? null
                : (session, email) => MailOutbox.Put(session, email, provider.GetRequiredService<TimeProvider>().GetUtcNow().ToUnixTimeMilliseconds())))
        .AddSingleton<AskedNumbers>()
        .AddSingleton<Operators>()
        .AddSingleton<Persons>()
        .AddSingleton<ApiKeys>()
        .AddSingleton<FirstAdmin>()
        .AddSingleton<Branches>()
        .AddSingleton<BackOffice.PaymentMethods>()
        .AddSingleton<Machines>()
        .AddSingleton<BackOffice.Findings>()
        .AddSingleton<DroppedEdits>()
        .AddSingleton<DayClosings>()
        .AddSingleton<Backups>()
        .AddSingleton<StockRecords>()
        .AddSingleton<ShopImports>()
        .AddSingleton(provider => new ImportDesk(
            provider.GetRequiredService<IServerDatabase>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ShopImports>(),
            isAlone: ShopDatabase.FileOf(options.Database) is not null))
        .AddSingleton<Merges>()
        .AddSingleton<Accounts>()
        .AddSingleton<Erasure>()
        .AddSingleton<Contacts>()
        .AddSingleton(provider => new QuarantineRoom(
            provider.GetRequiredService<IServerDatabase>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ServerClock>().Demand))
        .AddSingleton(provider => new Admission(
            provider.GetRequiredService<IServerDatabase>(), provider.GetRequiredService<QuarantineDesk>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ServerClock>().Demand))
        .AddSingleton(provider =>
        {
            var judged = provider.GetRequiredService<ServerClock>();
            return ShopOrchestrator.Make(provider.GetRequiredService<IServerDatabase>(), options.DataFolder, judged, judged.Demand);
        })
        .AddSingleton(provider =>
        {
            var judged = provider.GetRequiredService<ServerClock>();
            return ShopOrchestrator.Desk(provider.GetRequiredService<IServerDatabase>(), judged, judged.Demand);
        });
}

/// <summary>Puts the branch server together.</summary>
public static class ServerHost
{
    private const double LeastBytesASecond = 100;
    private static readonly TimeSpan StandsStill = TimeSpan.FromSeconds(30);

    /// <exception cref="ShopException">Another process serves the file of the embedded database.</exception>
    public static WebApplication Build(ServerOptions options, TimeProvider clock)
    {
        var serving = ServingLock.Take(options.Database);
        try
        {
            return Build(options, clock, serving);
        }
        catch
        {
            serving.Dispose();
            throw;
        }
    }

    private static WebApplication Build(ServerOptions options, TimeProvider clock, ServingLock serving)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Bookmine", LogLevel.Information);
        // A line for each stranger would let strangers fill the disk.
        builder.Logging.AddFilter(typeof(TillAuthentication).FullName, LogLevel.Warning);
        // The keys of sessions lie in the shop's database, beside all that they protect.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        // A start that fails is told once, by the command, with the remedy.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        // What a program beside it reads from standard output are the addresses, and nothing else. As JSON with Logging__Console__FormatterName=json.
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.Configure<SimpleConsoleFormatterOptions>(
            line => (line.SingleLine, line.UseUtcTimestamp, line.TimestampFormat) = (true, true, "yyyy-MM-ddTHH:mm:ss.fffZ "));
        builder.WebHost.UseUrls([.. options.Urls.Split(';'), .. new[] { options.Pages }.OfType<string>(), .. MetricsPage.Urls(options.Metrics)]);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = Protocol.MostExpandedBytes;
            // A line of 64 kbit/s that loses half of its packets stands still for many seconds, and brings something all the same.
            kestrel.Limits.MinRequestBodyDataRate = kestrel.Limits.MinResponseDataRate = new MinDataRate(LeastBytesASecond, StandsStill);
            var certificate = kestrel.ApplicationServices.GetRequiredService<ServerCertificate>();
            var pages = kestrel.ApplicationServices.GetRequiredService<PagesAddress>();
            kestrel.ConfigureHttpsDefaults(https =>
            {
                https.ServerCertificateSelector = (_, _) => certificate.Current();
                https.OnAuthenticate = pages.Authenticate;
            });
        });
        // By a factory, so that it is let go of with the host.
        builder.Services.AddSingleton(_ => serving);
        builder.Services.AddBookmine(options, clock);
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.RespectNullableAnnotations = true;
            json.SerializerOptions.RespectRequiredConstructorParameters = true;
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter());
        });
        builder.AddTelemetry(options.Metrics is not null);
        builder.Services.AddSingleton<ServerCertificate>();
        builder.Services.AddSingleton<RequestGate>();
        RequestGate.HaveThreads();
        builder.Services.AddSingleton<RefusedAuthentications>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<RefusedAuthentications>());
        builder.Services.AddHostedService<ImportWork>();
        if (options.Mail is { } mail)
        {
            builder.Services.AddSingleton(provider => new MailOutbox(
                provider.GetRequiredService<IServerDatabase>(), provider.GetRequiredService<TimeProvider>(), mail));
            builder.Services.AddHostedService<MailWork>();
        }
        builder.Services.AddHostedService<ClockWatch>();
        builder.Services.AddHostedService<NightlyWork>();
        builder.Services.AddHostedService<NewsWatch>();
        TillAuthentication.Add(builder.Services);
        PersonAuthentication.Add(builder.Services);
        ApiKeyAuthentication.Add(builder.Services);
        ApiDescription.Add(builder.Services);
        builder.Services.AddPages();
        builder.Services.AddRequestLimits(options.MostDownloads);
        builder.Services.AddProblemDetails();
        // A body that cannot be bound is answered in words, like everything that is refused.
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.AddRequestDecompression();
        builder.Services.AddResponseCompression(compression => compression.MimeTypes = [SyncEndpoints.Binary]);
        builder.Services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Fastest);
        var app = builder.Build();
        app.Services.GetRequiredService<ServingLock>();
        app.Services.GetRequiredService<ServerOrchestrator>();
        app.UseMetricsPage(options.Metrics);
        app.UseSlowRequests();
        app.UseProblems();
        app.UsePageFaults();
        // Who asks is known before anything is counted, unpacked or read.
        app.UseRouting();
        app.UsePagesAddress();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseRateLimiter();
        app.UsePages();
        app.UseRequestDecompression();
        app.UseResponseCompression();
        app.MapSync();
        app.MapShop();
        app.MapHealth();
        app.MapApi();
        app.MapApiReference();
        app.MapPages();
        return app;
    }
}
