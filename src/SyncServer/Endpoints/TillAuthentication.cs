using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Observing;
using Bookmine.SyncServer.Tills;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Bookmine.SyncServer.Endpoints;

/// <summary>
/// The scheme of tills, <c>Authorization: Till NUMBER:SECRET</c>. It comes before anything that is limited, unpacked or read: until a till is proved,
/// a request costs its header and one indexed read.
/// </summary>
internal sealed class TillAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, TillRegister tills, RequestGate gate,
    RefusedAuthentications refused)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Till";

    private const string JoinsByBridge =
        "This till was enrolled for another engine, whose journal is kept here (till enrol-code --foreign): it joins by the bridge.";

    private const string KeepsItsOwn =
        "This till keeps a journal of its own. The bridge is for tills that were enrolled for another engine: till enrol-code --foreign.";

    private static readonly object Key = new();

    public static void Add(IServiceCollection services)
    {
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, TillAuthentication>(SchemeName, null);
        var policies = services.AddAuthorizationBuilder();
        foreach (var deed in Enum.GetValues<TillDeed>())
        {
            policies.AddPolicy(
                Policy(deed),
                policy => policy.AddAuthenticationSchemes(SchemeName).RequireAuthenticatedUser().RequireAssertion(asked => May(asked, deed)));
        }
    }

    /// <summary>The name of the policy of tills whose state lets them do so.</summary>
    public static string Policy(TillDeed deed) => $"till may {deed}";

    /// <summary>The till that a request was proved to come from.</summary>
    public static KnownTill Of(HttpContext context) => (KnownTill)context.Items[Key]!;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Claimed(Request.Headers.Authorization.ToString()) is not var (number, secret))
        {
            return AuthenticateResult.NoResult();
        }
        // What posts does not wait behind downloads, not even to be known.
        var lane = Context.GetEndpoint()?.Metadata.GetMetadata<TakesItsOwnPlaces>() is { Posts: true } ? gate.Posting : gate.Others;
        if (await lane.RunAsync(() => tills.Prove(number, secret), Context.RequestAborted) is not { } till)
        {
            refused.Note(Context.Connection.RemoteIpAddress?.ToString(), SchemeName);
            return AuthenticateResult.Fail("No such till, or not its secret.");
        }
        Context.Items[Key] = till;
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, till.Name)], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = SchemeName;
        return Results.Problem(
            "This till is not known here. What it has sold and not posted stays in its journal: keep its folder. Is this the server it was enrolled at?",
            statusCode: StatusCodes.Status401Unauthorized, title: "Unknown till").ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var till = Of(Context);
        var (why, title) = IsOfItsKind(Context, till) ? (till.State.WhyNot(), $"Till is {till.State.Text()}")
            : till.IsForeign ? (JoinsByBridge, "Another engine's till")
            : (KeepsItsOwn, "No till of another engine");
        return Results.Problem(why, statusCode: StatusCodes.Status403Forbidden, title: title).ExecuteAsync(Context);
    }

    private static bool May(AuthorizationHandlerContext asked, TillDeed deed) =>
        asked.Resource is HttpContext http && http.Items[Key] is KnownTill till && till.State.May(deed) && IsOfItsKind(http, till);

    /// <summary>One till's journal is kept by one side: by the till, or for it.</summary>
    private static bool IsOfItsKind(HttpContext http, KnownTill till) =>
        http.GetEndpoint()?.Metadata.GetMetadata<KeepsJournal>() is not { } kind || kind.ItsOwn != till.IsForeign;

    private static (long Number, string Secret)? Claimed(string header)
    {
        const string prefix = SchemeName + " ";
        return header.StartsWith(prefix, StringComparison.Ordinal) && header[prefix.Length..].Split(':') is [var number, var secret]
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? (parsed, secret) : null;
    }

    /// <summary>Marks requests of tills that keep a journal of their own, or of those that another engine's client keeps none for.</summary>
    public sealed record KeepsJournal(bool ItsOwn);

    /// <summary>Marks a request that waits, for news or for a body on a slow line, and takes places of the <see cref="RequestGate"/> itself.</summary>
    public sealed record TakesItsOwnPlaces(bool Posts);
}
