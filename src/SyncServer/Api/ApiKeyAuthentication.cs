using System.Security.Claims;
using System.Text.Encodings.Web;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Endpoints;
using Bookmine.SyncServer.Observing;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Bookmine.SyncServer.Api;

/// <summary>
/// The scheme of programs, <c>Authorization: Bearer KEY</c>. What a key is for, and of which branch, is read at each request.
/// </summary>
internal sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiKeys keys, RequestGate gate,
    RefusedAuthentications refused)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";
    private const string Prefix = "Bearer ";
    private const int MostKey = 200;
    private static readonly object Item = new();

    public static void Add(IServiceCollection services)
    {
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(SchemeName, null);
        var policies = services.AddAuthorizationBuilder();
        foreach (var scope in ApiKeys.Scopes)
        {
            policies.AddPolicy(scope, policy => policy.AddAuthenticationSchemes(SchemeName).RequireAuthenticatedUser().RequireAssertion(
                asked => asked.Resource is HttpContext http && http.Items[Item] is ApiKey key && key.Scopes.Contains(scope)));
        }
    }

    /// <summary>What the program that asks may see.</summary>
    public static Rights RightsOf(HttpContext context) => new(context.Items[Item] is ApiKey { Branch: { } branch } ? [branch] : null, IsAdmin: false);

    /// <summary>Whether the program's key is for something else as well.</summary>
    public static bool Has(HttpContext context, string scope) => context.Items[Item] is ApiKey key && key.Scopes.Contains(scope);

    /// <exception cref="ForbiddenException">The program's key is not for that.</exception>
    public static void Demand(HttpContext context, string scope)
    {
        if (!Has(context, scope))
        {
            throw new ForbiddenException($"This key is not for {scope}.");
        }
    }

    /// <summary>The program that asks, as deeds name it.</summary>
    public static Actor ActorOf(HttpContext context) => context.Items[Item] is ApiKey key
        ? Actor.OfKey(key.Id, key.Name, context.Connection.RemoteIpAddress?.ToString()) : throw new SignedOutException();

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Prefix, StringComparison.Ordinal) || header.Length > MostKey)
        {
            return AuthenticateResult.NoResult();
        }
        if (await gate.Pages.RunAsync(() => keys.Prove(header[Prefix.Length..]), Context.RequestAborted) is not { } key)
        {
            refused.Note(Context.Connection.RemoteIpAddress?.ToString(), SchemeName);
            return AuthenticateResult.Fail("No such key.");
        }
        Context.Items[Item] = key;
        return AuthenticateResult.Success(new AuthenticationTicket(
            new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, key.Name)], SchemeName)), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return Results.Problem(
            "Give a key that is in use: Authorization: Bearer KEY. An admin makes one under Shop, Persons and keys, or with bookmine-server api-key add.",
            statusCode: StatusCodes.Status401Unauthorized).ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Results.Problem(
        $"This key is for {string.Join(", ", Context.Items[Item] is ApiKey key ? key.Scopes : [])}, and not for this.",
        statusCode: StatusCodes.Status403Forbidden).ExecuteAsync(Context);
}
