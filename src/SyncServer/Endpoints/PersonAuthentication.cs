using System.Globalization;
using System.Security.Claims;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Observing;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace Bookmine.SyncServer.Endpoints;

/// <summary>
/// The scheme of persons: a session in a cookie that no script reads and no other site sends, sealed by keys in the shop's database, so that any host
/// takes it. State decides at each request: who was disabled, or had it before the records were put back, is out.
/// </summary>
internal static class PersonAuthentication
{
    public const string SchemeName = "Person";
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
            cookie.Events.OnRedirectToLogin = context => RefuseAsync(context.HttpContext, StatusCodes.Status401Unauthorized, "Sign in first.");
            cookie.Events.OnRedirectToAccessDenied = context => RefuseAsync(context.HttpContext, StatusCodes.Status403Forbidden, "That is not yours to do.");
        });
        services.AddAuthorizationBuilder().AddPolicy(SchemeName, policy => policy.AddAuthenticationSchemes(SchemeName).RequireAuthenticatedUser());
    }

    public static void MapPersons(this WebApplication app)
    {
        var small = new BodyLimit(16 * 1024);
        app.MapPost("/sign-in", SignInAsync).RequireRateLimiting(RequestLimits.Enrolling).WithMetadata(small);
        app.MapPost("/sign-out", (HttpContext context) => context.SignOutAsync(SchemeName)).RequireAuthorization(SchemeName).WithMetadata(small);
        app.MapGet("/me", (HttpContext context, Persons persons) => Shown(persons.InUse(IdOf(context.User))!)).RequireAuthorization(SchemeName);
    }

    private sealed record Credentials(string Name, string Password);

    private sealed record Me(string Name, string Role, IReadOnlyList<long>? Branches);

    private static Me Shown(Person person) => new(person.Name, person.Role, person.Branches);

    private static async Task<IResult> SignInAsync(
        Credentials given, HttpContext context, Persons persons, IServerDatabase database, TimeProvider clock, RefusedAuthentications refused,
        ILogger<Persons> log)
    {
        var tried = await Task.Run(() => persons.TryPassword(given.Name, given.Password));
        if (tried.WaitSeconds > 0)
        {
            context.Response.Headers.RetryAfter = tried.WaitSeconds.ToString(CultureInfo.InvariantCulture);
            return Results.Problem($"Too many wrong passwords. Wait {tried.WaitSeconds} seconds.", statusCode: StatusCodes.Status429TooManyRequests);
        }
        if (tried.Person is not { } person)
        {
            refused.Note(context.Connection.RemoteIpAddress?.ToString(), SchemeName);
            return Results.Problem("That is not the name or not the password.", statusCode: StatusCodes.Status401Unauthorized);
        }
        var actor = new Actor(person.Name, "page", context.Connection.RemoteIpAddress?.ToString());
        var epoch = database.Writing(session =>
        {
            AuditLog.Write(session, clock, actor, "sign in", $"person {person.Name}");
            return FeedState.Read(session).Epoch;
        });
        log.Did(actor, "sign in", $"person {person.Name}");
        var identity = new ClaimsIdentity(
            [
                new Claim(ClaimTypes.NameIdentifier, person.Id.ToString(CultureInfo.InvariantCulture)), new Claim(ClaimTypes.Name, person.Name),
                new Claim(ClaimTypes.Role, person.Role), new Claim(EpochClaim, epoch),
            ],
            SchemeName);
        await context.SignInAsync(SchemeName, new ClaimsPrincipal(identity));
        return Results.Ok(Shown(person));
    }

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
