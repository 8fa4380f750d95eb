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

    /// <summary>Pulls and snapshots.</summary>
    public const string Downloading = "downloading";

    /// <summary>Far more than people type, and far too few to guess a code of fifty bits in its ten minutes.</summary>
    private const int EnrolmentsPerMinute = 30;

    private const int LeastWaitSeconds = 1;
    private const int MostWaitSeconds = 5;

    public static void AddRequestLimits(this IServiceCollection services, int mostDownloads) => services.AddRateLimiter(limits =>
    {
        var chance = new Random();
        limits.AddPolicy(Enrolling, context => RateLimitPartition.GetFixedWindowLimiter(
            context.Connection.RemoteIpAddress, _ => new FixedWindowRateLimiterOptions { PermitLimit = EnrolmentsPerMinute, Window = TimeSpan.FromMinutes(1) }));
        limits.AddPolicy(Downloading, _ => RateLimitPartition.GetConcurrencyLimiter("", _ => new ConcurrencyLimiterOptions { PermitLimit = mostDownloads, QueueLimit = 0 }));
        limits.OnRejected = async (rejected, _) =>
        {
            var context = rejected.HttpContext;
            if (context.GetEndpoint()?.Metadata.GetMetadata<Microsoft.AspNetCore.RateLimiting.EnableRateLimitingAttribute>()?.PolicyName == Downloading)
            {
                // Not all at the same moment again.
                int wait;
                lock (chance)
                {
                    wait = chance.Next(LeastWaitSeconds, MostWaitSeconds);
                }
                context.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
                await Results.Problem(
                    "Many tills are downloading at this moment. Sales are posted all the same; the download goes on in a few seconds.",
                    statusCode: StatusCodes.Status503ServiceUnavailable).ExecuteAsync(context);
                return;
            }
            await Results.Problem(
                "Too many enrolments were tried from this machine. Wait a minute; the code can still be used.",
                statusCode: StatusCodes.Status429TooManyRequests).ExecuteAsync(context);
        };
    });
}
