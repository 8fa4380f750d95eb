using System.Security.Claims;
using System.Text;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Endpoints;
using Bookmine.SyncServer.Pages.SigningIn;
using Bookmine.SyncServer.Pages.Shell;
using Microsoft.AspNetCore.Components.Server.Circuits;
using MudBlazor.Services;

namespace Bookmine.SyncServer.Pages;

/// <summary>
/// The pages of the back office: drawn by this process, live over one line each, with everything that a browser loads out of the program
/// itself. They ask and do what
/// <see cref="BackOffice"/> answers and does, and nothing else.
/// </summary>
internal static class OfficePages
{
    private const long LongestText = 1_200_000;
    private static readonly TimeSpan KeptAfterBreak = TimeSpan.FromMinutes(3);

    public static void AddPages(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents(circuits =>
        {
            circuits.DisconnectedCircuitRetentionPeriod = KeptAfterBreak;
            circuits.DisconnectedCircuitMaxRetained = OpenPages.Most;
        }).AddHubOptions(hub => hub.MaximumReceiveMessageSize = LongestText);
        services.AddCascadingAuthenticationState();
        services.AddMudServices();
        services.AddHttpContextAccessor();
        services.AddSingleton<PagesAddress>();
        services.AddSingleton<OpenPages>();
        services.AddSingleton<CommitNews>();
        services.AddSingleton<LiveNews>();
        services.AddHostedService(provider => provider.GetRequiredService<CommitNews>());
        services.AddScoped<CircuitHandler, OpenPages.Counter>();
        services.AddScoped<Desk>();
    }

    public static void MapPages(this WebApplication app)
    {
        var pages = app.MapGroup("").WithMetadata(new PagesAddress.OfPages());
        PageAssets.Map(pages);
        pages.MapPersons();
        pages.MapFirstAdmin();
        pages.MapSignIn();
        pages.MapFiles();
        app.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(render => render.ContentSecurityFrameAncestorsPolicy = "'none'")
            .RequireAuthorization(PersonAuthentication.SchemeName).WithMetadata(new PagesAddress.OfPages());
    }

    /// <summary>What pages give as files.</summary>
    private static void MapFiles(this IEndpointRouteBuilder app)
    {
        var files = app.MapGroup("").RequireAuthorization(PersonAuthentication.SchemeName).ExcludeFromDescription();
        files.MapGet("/stock/import/{batch:long}/rejected", (long batch, HttpContext context, IServerDatabase database) =>
            Given(context, actor => database.Asking(
            actor, (session, rights) =>
            {
                ShopImports.Require(session, rights, batch);
                return ImportDesk.Rejected(session, batch);
            }), "text/csv", $"import-{batch}-rejected.csv"));
        files.MapGet("/contacts/{id:guid}/export", (Guid id, HttpContext context, Erasure erasure) => Given(
            context, actor => Encoding.UTF8.GetBytes(erasure.Export(actor, id)), "application/json", $"contact-{id}.json"));
        files.MapGet("/sales/accounts/{branch:long}/{day}", (long branch, string day, HttpContext context, Accounts accounts) => Given(
            context, actor => Encoding.UTF8.GetBytes(Accounts.Csv(accounts.Of(
                actor, branch, Schema.BranchDay.TryParse(day, out var of) ? of : throw new ShopException($"“{day}” is no day.")))), "text/csv",
                    $"accounts-{branch}-{day}.csv"));
        files.MapGet("/stock/export/{branch:long}", (long branch, HttpContext context, IServerDatabase database) => Given(context, actor => database.Asking(
            actor, (session, rights) =>
            {
                rights.Demand(branch);
                using var text = new StringWriter();
                StockExport.Write(session, Branches.Require(session, branch).Id, text);
                return Encoding.UTF8.GetBytes(text.ToString());
            }), "text/csv", $"stock-{branch}.csv"));
    }

    private static IResult Given(HttpContext context, Func<Authority.Actor, byte[]?> read, string type, string name)
    {
        if (ActorOf(context.User) is not { } actor)
        {
            return Results.Unauthorized();
        }
        try
        {
            return read(actor) is { } bytes ? Results.File(bytes, type, name) : Results.NotFound();
        }
        catch (ShopException e)
        {
            return PlainPage.Of(StatusCodes.Status403Forbidden, "This cannot be given", $"<p>{PlainPage.Encoded(e.Message)}</p>");
        }
    }

    /// <summary>Around all else: what cannot be answered is told in words to whoever looks at it in a browser.</summary>
    public static void UsePageFaults(this WebApplication app) => app.Use(async (context, next) =>
    {
        try
        {
            await next(context);
        }
        catch (Exception e) when (!context.Response.HasStarted && IsLookedAt(context.Request) && OfficePage.WhyNot(e) is not null)
        {
            await PlainPage.Of(
                StatusCodes.Status503ServiceUnavailable, "This cannot be shown at this moment",
                    $"<p>{PlainPage.Encoded(OfficePage.WhyNot(e)!)}</p>").ExecuteAsync(context);
        }
    });

    private static readonly IResult NoSuchPage = PlainPage.Of(
        StatusCodes.Status404NotFound, "There is no such page", "<p>The address is none of this server's.</p><p><a href=\"/\">To the first page</a></p>");

    private static bool IsLookedAt(HttpRequest request) => request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal);

    /// <summary>Where the pages have an address of their own, nothing of them is answered elsewhere, and nothing else there.</summary>
    public static void UsePagesAddress(this WebApplication app)
    {
        var address = app.Services.GetRequiredService<PagesAddress>();
        app.Use(async (context, next) =>
        {
            if (address.Answers(context))
            {
                await next(context);
                return;
            }
            await NothingHere(context.Request).ExecuteAsync(context);
        });
    }

    private static IResult NothingHere(HttpRequest request) => IsLookedAt(request) ? NoSuchPage
        : Results.Problem("There is nothing at this address.", statusCode: StatusCodes.Status404NotFound);

    /// <summary>Before the endpoints: what every answer with a page says to browsers, and how many pages may be open.</summary>
    public static void UsePages(this WebApplication app)
    {
        app.UseAntiforgery();
        app.Use(async (context, next) =>
        {
            if (context.GetEndpoint() is null)
            {
                await NothingHere(context.Request).ExecuteAsync(context);
                return;
            }
            if (context.GetEndpoint()?.Metadata.GetMetadata<Microsoft.AspNetCore.Components.Endpoints.ComponentTypeMetadata>() is not null)
            {
                PlainPage.Guard(context,
                    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; "
                    + "base-uri 'self'; form-action 'self'; object-src 'none'");
                if (context.RequestServices.GetRequiredService<OpenPages>().IsFull)
                {
                    await PlainPage.Of(
                        StatusCodes.Status503ServiceUnavailable, "Too many pages are open",
                        $"<p>{OpenPages.Most} pages are open at this moment, which is as many as this server draws. "
                        + "Close some that nobody looks at, and load this one again. "
                        + "Tills are not held up by it.</p>").ExecuteAsync(context);
                    return;
                }
            }
            await next(context);
        });
    }

    /// <summary>Who is signed in, as deeds name them; null for nobody.</summary>
    public static Authority.Actor? ActorOf(ClaimsPrincipal user) =>
        user.Identity is { IsAuthenticated: true, Name: { } name } && PersonAuthentication.SessionOf(user) is { } session
            ? new Authority.Actor(name, "page", user.FindFirstValue(PersonAuthentication.FromClaim), session)
            : null;
}
