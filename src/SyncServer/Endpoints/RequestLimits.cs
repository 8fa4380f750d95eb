using System.Globalization;
using System.Threading.RateLimiting;

namespace Bookmine.SyncServer.Endpoints;

/// <summary>
/// How much is asked at a time. What is over a limit gets an answer that says when to come again. Pushes have none: a sale never waits for a
/// download.
/// </summary>
internal static class RequestLimits
{
    /// <summary>Tries to enrol.</summary>
    public const string Enrolling = "enrolling";

    /// <summary>Tries to change a PIN.</summary>
    public const string ChangingPins = "changing PINs";

    /// <summary>More than people change, and four digits take longer to guess at a till that was stolen than it takes to revoke it.</summary>
    private const int PinChangesPerMinute = 5;

    /// <summary>Far more than people type, and far too few to guess a code of fifty bits in its ten minutes.</summary>
    private const int EnrolmentsPerMinute = 30;

    public static void AddRequestLimits(this IServiceCollection services, int mostDownloads)
    {
        services.AddSingleton(_ => new DownloadPermits(mostDownloads));
        services.AddRateLimiter(limits =>
        {
            limits.AddPolicy(Enrolling, context => RateLimitPartition.GetFixedWindowLimiter(
                context.Connection.RemoteIpAddress, _ => new FixedWindowRateLimiterOptions { PermitLimit = EnrolmentsPerMinute, Window = TimeSpan.FromMinutes(1) }));
            limits.AddPolicy(ChangingPins, context => RateLimitPartition.GetFixedWindowLimiter(
                context.Till().Id, _ => new FixedWindowRateLimiterOptions { PermitLimit = PinChangesPerMinute, Window = TimeSpan.FromMinutes(1) }));
            limits.OnRejected = async (rejected, _) => await Results.Problem(
                "Too many tries were made from this machine. Wait a minute, and try again; an enrolment code can still be used.",
                statusCode: StatusCodes.Status429TooManyRequests).ExecuteAsync(rejected.HttpContext);
        });
    }

    /// <summary>Pulls and snapshots: a permit is taken when the request has been read, and held until its answer is sent.</summary>
    public static RouteHandlerBuilder TakeDownloadPermit(this RouteHandlerBuilder endpoint) => endpoint.AddEndpointFilter(async (context, next) =>
    {
        var http = context.HttpContext;
        var permits = http.RequestServices.GetRequiredService<DownloadPermits>();
        var permit = permits.Take(http.Till().Id);
        http.Response.RegisterForDispose(permit);
        if (permit.IsAcquired)
        {
            return await next(context);
        }
        http.Response.Headers.RetryAfter = permits.WaitSeconds().ToString(CultureInfo.InvariantCulture);
        return Results.Problem(
            "Many tills are downloading at this moment. Sales are posted all the same; the download goes on in a few seconds.",
            statusCode: StatusCodes.Status503ServiceUnavailable);
    });
}

/// <summary>Downloads at a time: some for each till, so that none takes those of the others, and so many in all.</summary>
internal sealed class DownloadPermits(int most) : IDisposable
{
    /// <summary>A till asks for the next chunk while it reads this one, and its line may not have told yet that an earlier answer was given up.</summary>
    private const int MostOfOneTill = 4;

    private const int LeastWaitSeconds = 1;
    private const int MostWaitSeconds = 5;

    private readonly PartitionedRateLimiter<long> limiter = PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<long, long>(till => RateLimitPartition.GetConcurrencyLimiter(till, _ => Permits(MostOfOneTill))),
        PartitionedRateLimiter.Create<long, long>(_ => RateLimitPartition.GetConcurrencyLimiter(0L, _ => Permits(most))));

    private readonly Lock chanceLock = new();
    private readonly Random chance = new();

    public RateLimitLease Take(long till) => limiter.AttemptAcquire(till);

    /// <summary>When to come again: not all at the same moment.</summary>
    public int WaitSeconds()
    {
        lock (chanceLock)
        {
            return chance.Next(LeastWaitSeconds, MostWaitSeconds);
        }
    }

    public void Dispose() => limiter.Dispose();

    private static ConcurrencyLimiterOptions Permits(int count) => new() { PermitLimit = count, QueueLimit = 0 };
}
