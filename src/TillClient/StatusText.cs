using System.Globalization;
using Bookmine.Schema;
using Bookmine.TillClient.Server;

namespace Bookmine.TillClient;

/// <summary>The constant status line, such as <c>DISCONNECTED · 14 unposted 231.40 · replica 2d 3h</c>.</summary>
internal static class StatusText
{
    /// <param name="isTraining">What is unposted is nothing then, for it never will be posted.</param>
    public static string Line(TillStatus status, bool isTraining)
    {
        if (isTraining)
        {
            return "TRAINING, NOTHING IS POSTED";
        }
        var mode = status.State switch
        {
            ConnectionState.Disconnected => "DISCONNECTED",
            ConnectionState.Normal => "NORMAL",
            ConnectionState.Away => "SERVER AWAY, SELLING ON",
            _ => "CALLING THE SERVER",
        };
        var unposted = status.Unposted == 0 ? "all posted" : string.Create(CultureInfo.InvariantCulture, $"{status.Unposted} unposted {Money.Format(status.UnpostedCents)}");
        var waits = status.PostingWaits is null ? "" : " · POSTING WAITS, the server's clock";
        return $"{mode}{waits} · {unposted} · replica {Age(status.ReplicaAgeSeconds)}";
    }

    public static string Age(long? seconds) => seconds switch
    {
        null => "none",
        < 60 => "now",
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}m"),
        < 86_400 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600}h {seconds / 60 % 60}m"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 86_400}d {seconds / 3600 % 24}h"),
    };
}
