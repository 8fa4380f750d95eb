namespace Bookmine.TillClient.Server;

/// <summary>How the till stands to its server.</summary>
public enum ConnectionState
{
    /// <summary>Started without the server, by choice: nobody is called until the next start.</summary>
    Disconnected,

    /// <summary>Normal mode, and the server has not been tried yet.</summary>
    Unknown,

    /// <summary>Normal mode, with the server at hand.</summary>
    Normal,

    /// <summary>Normal mode, and the server does not answer: the till sells on and tries again by itself.</summary>
    Away,
}

/// <summary>The one state machine of the modes (drawn in ARCHITECTURE.md). For one thread at a time.</summary>
public sealed class Connection(bool disconnected, TimeProvider clock, Random random)
{
    private const double FirstDelaySeconds = 1;
    private const double MostDelaySeconds = 60;
    private int failures;
    private DateTimeOffset nextTry;

    public ConnectionState State { get; private set; } = disconnected ? ConnectionState.Disconnected : ConnectionState.Unknown;

    public string? LastError { get; private set; }

    /// <summary>Whether to call the server now.</summary>
    public bool MayTry => State switch
    {
        ConnectionState.Disconnected => false,
        ConnectionState.Away => clock.GetUtcNow() >= nextTry,
        _ => true,
    };

    public void Reached()
    {
        if (State == ConnectionState.Disconnected)
        {
            return;
        }
        (State, failures, LastError) = (ConnectionState.Normal, 0, null);
    }

    /// <summary>Backs off: 1, 2, 4 … 60 seconds, each give or take a quarter, so that a shop's tills do not all call at once.</summary>
    public void Lost(string error)
    {
        if (State == ConnectionState.Disconnected)
        {
            return;
        }
        var delay = Math.Min(FirstDelaySeconds * Math.Pow(2, Math.Min(failures, 10)), MostDelaySeconds) * (0.75 + (random.NextDouble() / 2));
        (State, failures, LastError, nextTry) = (ConnectionState.Away, failures + 1, error, clock.GetUtcNow().AddSeconds(delay));
    }
}
