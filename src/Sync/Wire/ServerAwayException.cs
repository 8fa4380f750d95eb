namespace Bookmine.Sync.Wire;

/// <summary>The server cannot be reached or does not answer; the message names it and the remedy.</summary>
public class ServerAwayException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>How long to wait before the same is asked again, when the server has said so; null otherwise.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
