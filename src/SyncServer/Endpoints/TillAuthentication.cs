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
            using var place = await http.RequestServices.GetRequiredService<RequestGate>().EnterAsync(http.RequestAborted);
            if (Prove(context.HttpContext) is not { } till)
            {
                return Results.Problem(
                    "This till is not known here. What it has sold and not posted stays in its journal: keep its folder. Is this the server it was enrolled at?",
                    statusCode: StatusCodes.Status401Unauthorized, title: "Unknown till");
            }
            if (till.IsRevoked && context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<OpenToRevoked>() is null)
            {
                return Results.Problem(
                    "This till was revoked. What it has sold and not posted stays in its journal: keep its folder. "
                    + "The manager lets it in again with bookmine-server till revoke NUMBER --undo.",
                    statusCode: StatusCodes.Status403Forbidden, title: "Revoked till");
            }
            context.HttpContext.Items[Key] = till;
            if (http.GetEndpoint()?.Metadata.GetMetadata<WaitsForNews>() is not null)
            {
                place.Dispose();
            }
            return await next(context);
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

    /// <summary>Marks a request that waits, and takes a place for each look of its own.</summary>
    public sealed class WaitsForNews;

    /// <summary>Marks what a revoked till may still do: say hello, which tells it to delete its replica, and bring what it has sold.</summary>
    public sealed class OpenToRevoked;
}
