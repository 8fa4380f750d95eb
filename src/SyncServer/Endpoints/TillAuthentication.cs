using System.Globalization;
using Bookmine.SyncServer.Tills;

namespace Bookmine.SyncServer.Endpoints;

/// <summary>Lets only proven tills through: <c>Authorization: Till NUMBER:SECRET</c>.</summary>
internal static class TillAuthentication
{
    private const string Scheme = "Till ";
    private static readonly object Key = new();

    public static RouteGroupBuilder RequireTill(this RouteGroupBuilder group)
    {
        group.AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            var (gate, own) = (http.RequestServices.GetRequiredService<RequestGate>(), http.GetEndpoint()?.Metadata.GetMetadata<TakesItsOwnPlaces>());
            if (await (own is { Posts: true } ? gate.Posting : gate.Others).RunAsync(() => Prove(http), http.RequestAborted) is not { } till)
            {
                return Results.Problem(
                    "This till is not known here. What it has sold and not posted stays in its journal: keep its folder. Is this the server it was enrolled at?",
                    statusCode: StatusCodes.Status401Unauthorized, title: "Unknown till");
            }
            if (till.IsRevoked && http.GetEndpoint()?.Metadata.GetMetadata<OpenToRevoked>() is null)
            {
                return Results.Problem(
                    "This till was revoked. What it has sold and not posted stays in its journal: keep its folder. "
                    + "The manager lets it in again with bookmine-server till revoke NUMBER --undo.",
                    statusCode: StatusCodes.Status403Forbidden, title: "Revoked till");
            }
            http.Items[Key] = till;
            return own is not null ? await next(context) : await gate.Others.HoldAsync(() => next(context), http.RequestAborted);
        });
        return group;
    }

    public static KnownTill Till(this HttpContext context) => (KnownTill)context.Items[Key]!;

    private static KnownTill? Prove(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return null;
        }
        var parts = header[Scheme.Length..].Split(':');
        return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? context.RequestServices.GetRequiredService<TillRegister>().Prove(number, parts[1])
            : null;
    }

    /// <summary>Marks a request that waits, for news or for a body on a slow line, and takes places of the <see cref="RequestGate"/> itself.</summary>
    public sealed record TakesItsOwnPlaces(bool Posts);

    /// <summary>Marks what a revoked till may still do: say hello, which tells it to delete its replica, and bring what it has sold.</summary>
    public sealed class OpenToRevoked;
}
