using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Tills;

namespace Bookmine.SyncServer.Endpoints;

/// <summary>What the endpoints of tills have in common.</summary>
internal static class TillEndpoints
{
    /// <summary>Hellos, requests of news and pulls: cursors of some dozens of buckets, blocks of numbers, and room.</summary>
    private const long SmallBody = 64 * 1024;

    /// <summary>Lets proved tills through, gives each request its place, and bounds its body at what such a request can hold.</summary>
    public static RouteGroupBuilder RequireTill(this RouteGroupBuilder group)
    {
        group.RequireAuthorization(TillAuthentication.Policy(TillDeed.Bring)).WithMetadata(new BodyLimit(SmallBody));
        group.AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            return http.GetEndpoint()?.Metadata.GetMetadata<TillAuthentication.TakesItsOwnPlaces>() is not null
                ? await next(context)
                : await http.RequestServices.GetRequiredService<RequestGate>().Others.HoldAsync(() => next(context), http.RequestAborted);
        });
        return group;
    }

    /// <summary>Only for tills whose state allows it.</summary>
    public static RouteHandlerBuilder For(this RouteHandlerBuilder endpoint, TillDeed deed) => endpoint.RequireAuthorization(TillAuthentication.Policy(deed));

    public static KnownTill Till(this HttpContext context) => TillAuthentication.Of(context);
}
