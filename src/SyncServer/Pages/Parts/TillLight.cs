using Bookmine.Schema;
using Bookmine.SyncServer.BackOffice;

namespace Bookmine.SyncServer.Pages.Parts;

/// <summary>How a till stands, in one word and colour.</summary>
internal static class TillLight
{
    private const long Here = 3 * 60_000;
    private const long Long = 3 * 24 * 60 * 60_000L;

    /// <param name="now">Unix milliseconds.</param>
    public static (string Mood, string Word) Of(TillRow till, long now)
    {
        var seen = Instant.TryParse(till.SeenAt, out var at) ? now - at : (long?)null;
        return till.State switch
        {
            "revoked" => ("off", "revoked"),
            "superseded" => ("off", "superseded"),
            "recalled" => ("bad", "waits to be admitted"),
            _ when till.Quarantined > 0 => ("bad", till.Quarantined == 1 ? "1 in quarantine" : $"{till.Quarantined} in quarantine"),
            _ when till.Trouble is { } trouble => ("warn", trouble.Length > 40 ? "trouble at the till" : trouble),
            _ when seen is null => ("off", "never seen"),
            _ when till.Unposted > 0 && seen > Here => ("warn", "away with unposted sales"),
            _ when seen > Long => ("warn", "not seen for days"),
            _ when seen > Here => ("off", "away"),
            _ when till.Unposted > 0 => ("good", "posting"),
            _ => ("good", "here"),
        };
    }
}
