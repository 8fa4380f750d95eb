using System.Globalization;
using System.Security.Claims;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Observing;
using Bookmine.SyncServer.Endpoints;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace Bookmine.SyncServer.Pages.SigningIn;

/// <summary>
/// The scheme of persons: a session in a cookie that no script reads and no other site sends, sealed by keys in the shop's database, so
/// that any host
/// takes it. State decides at each request: who was disabled, or had it before the records were put back, is out.
/// </summary>
internal static class PersonAuthentication
{
    public const string SchemeName = "Person";
    public const string FromClaim = "from";
    private const string EpochClaim = "epoch";
    private static readonly TimeSpan Lasts = TimeSpan.FromHours(12);

    public static void Add(IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("bookmine");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(
            keys => keys.XmlRepository = new ProtectionKeys(provider.GetRequiredService<IServerDatabase>())));
        services.AddAuthentication().AddCookie(SchemeName, cookie =>
        {
            cookie.Cookie.Name = "bookmine";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Strict;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            (cookie.ExpireTimeSpan, cookie.SlidingExpiration) = (Lasts, true);
            cookie.Events.OnValidatePrincipal = ValidateAsync;
            cookie.Events.OnRedirectToLogin = context => ChallengeAsync(context.HttpContext);
            cookie.Events.OnRedirectToAccessDenied = context => RefuseAsync(context.HttpContext, StatusCodes.Status403Forbidden, "That is not yours to do.");
        });
        services.AddAuthorizationBuilder().AddPolicy(SchemeName, policy => policy.AddAuthenticationSchemes(SchemeName).RequireAuthenticatedUser());
    }

    public static void MapPersons(this IEndpointRouteBuilder app)
    {
        var small = new BodyLimit(16 * 1024);
        app.MapPost(SignIn.Path, SignInAsync).RequireRateLimiting(RequestLimits.Enrolling).WithMetadata(small);
        app.MapPost("/sign-out", (Delegate)SignOutAsync).RequireAuthorization(SchemeName).WithMetadata(small);
        app.MapGet("/me", (HttpContext context, Persons persons) => Shown(persons.InUse(IdOf(context.User))!)).RequireAuthorization(SchemeName);
    }

    private sealed record Credentials(string Name, string Password);

    private sealed record Me(string Name, string Role, IReadOnlyList<long>? Branches);

    private static Me Shown(Person person) => new(person.Name, person.Role, person.Branches);

    /// <summary>A form of the sign-in page, or JSON.</summary>
    private static async Task<IResult> SignInAsync(
        HttpContext context, Persons persons, FirstAdmin first, IServerDatabase database, TimeProvider clock, RefusedAuthentications refused,
        ILogger<Persons> log)
    {
        if (IsFromElsewhere(context.Request))
        {
            return Results.Problem("Another site has sent this. Sign in at the page itself.", statusCode: StatusCodes.Status403Forbidden);
        }
        var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : null;
        var given = form is null ? await context.Request.ReadFromJsonAsync<Credentials>(context.RequestAborted)
            : new Credentials(form["name"].ToString(), form["password"].ToString());
        if (given is null or { Name: null } or { Password: null })
        {
            return Results.Problem("Give a name and a password.", statusCode: StatusCodes.Status400BadRequest);
        }
        IResult Refuse(int status, string why) => form is null ? Results.Problem(why, statusCode: status)
            : SignIn.Form(status, given.Name, form["next"], why, first);
        var tried = await Task.Run(() => persons.TryPassword(given.Name, given.Password));
        if (tried.WaitSeconds > 0)
        {
            context.Response.Headers.RetryAfter = tried.WaitSeconds.ToString(CultureInfo.InvariantCulture);
            return Refuse(StatusCodes.Status429TooManyRequests, $"Too many wrong passwords. Wait {tried.WaitSeconds} seconds.");
        }
        if (tried.Person is not { } person)
        {
            refused.Note(context.Connection.RemoteIpAddress?.ToString(), SchemeName);
            return Refuse(StatusCodes.Status401Unauthorized, "That is not the name or not the password.");
        }
        log.Did(await LetInAsync(context, person, database, clock), "sign in", $"person {person.Name}");
        return form is null ? Results.Ok(Shown(person)) : Results.Redirect(SignIn.Local(form["next"]));
    }

    /// <summary>Begins the session of a person who has shown who she is.</summary>
    public static async Task<Actor> LetInAsync(HttpContext context, Person person, IServerDatabase database, TimeProvider clock)
    {
        var from = context.Connection.RemoteIpAddress?.ToString();
        var actor = new Actor(person.Name, "sign-in", from);
        var epoch = database.Writing(session =>
        {
            AuditLog.Write(session, clock, actor, "sign in", $"person {person.Name}");
            return FeedState.Read(session).Epoch;
        });
        await context.SignInAsync(SchemeName, new ClaimsPrincipal(IdentityOf(person, epoch, from)));
        return actor;
    }

    private static ClaimsIdentity IdentityOf(Person person, string epoch, string? from) => new(
        [
            new Claim(ClaimTypes.NameIdentifier, person.Id.ToString(CultureInfo.InvariantCulture)), new Claim(ClaimTypes.Name, person.Name),
            new Claim(ClaimTypes.Role, person.Role), new Claim(EpochClaim, epoch), new Claim(FromClaim, from ?? ""),
        ],
        SchemeName);

    private static async Task<IResult> SignOutAsync(HttpContext context)
    {
        if (IsFromElsewhere(context.Request))
        {
            return Results.Problem("Another site has sent this.", statusCode: StatusCodes.Status403Forbidden);
        }
        await context.SignOutAsync(SchemeName);
        return context.Request.HasFormContentType ? Results.Redirect(SignIn.Path) : Results.Ok();
    }

    /// <summary>Whether a page of another site has made a browser send it: browsers say so, and programs say nothing.</summary>
    private static bool IsFromElsewhere(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        return site.Length > 0 ? site is not ("same-origin" or "none")
            : request.Headers.Origin.ToString() is { Length: > 0 } origin
                && (!Uri.TryCreate(origin, UriKind.Absolute, out var from) || from.Authority != request.Host.Value);
    }

    /// <summary>A browser that wants a page is shown where to sign in; whoever else asks is told.</summary>
    private static Task ChallengeAsync(HttpContext context)
    {
        var request = context.Request;
        if (HttpMethods.IsGet(request.Method) && request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
        {
            context.Response.Redirect($"{SignIn.Path}?next={Uri.EscapeDataString(request.Path + request.QueryString)}");
            return Task.CompletedTask;
        }
        return RefuseAsync(context, StatusCodes.Status401Unauthorized, "Sign in first.");
    }

    /// <summary>The session of a person who is signed in; null for nobody.</summary>
    public static PersonSession? SessionOf(ClaimsPrincipal user) =>
        IdOf(user) is > 0 and var id && user.FindFirstValue(EpochClaim) is { } epoch ? new PersonSession(id, epoch) : null;

    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var services = context.HttpContext.RequestServices;
        var person = services.GetRequiredService<Persons>().InUse(IdOf(context.Principal!));
        var epoch = services.GetRequiredService<IServerDatabase>().Reading(session => FeedState.Read(session).Epoch);
        if (person is null || person.Name != context.Principal!.Identity!.Name || context.Principal.FindFirstValue(EpochClaim) != epoch)
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(SchemeName);
        }
    }

    private static long IdOf(ClaimsPrincipal user) =>
        long.TryParse(user.FindFirstValue(ClaimTypes.NameIdentifier), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;

    private static Task RefuseAsync(HttpContext context, int status, string why) => Results.Problem(why, statusCode: status).ExecuteAsync(context);
}
