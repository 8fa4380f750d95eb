namespace Bookmine.SyncServer.Authority;

/// <summary>Who does something, by which face of the program, and from where.</summary>
/// <param name="Name">As the log shows it, such as <c>root</c>, <c>till front (1)</c>.</param>
/// <param name="Face">By what: <c>verb</c>, <c>till</c>, and later pages and the API.</param>
/// <param name="From">The machine or address; null where that says nothing.</param>
public sealed record Actor(string Name, string Face, string? From)
{
    /// <summary>An administrator at a shell of the server's machine, as the system knows the user.</summary>
    public static Actor AtTheMachine() => new(Environment.UserName, "verb", Environment.MachineName);

    /// <summary>A till, and who has signed on at it.</summary>
    public static Actor AtTill(long till, string name, string? signedOn = null) =>
        new(FormattableString.Invariant($"{(signedOn is null ? "" : signedOn + ", ")}till {name} ({till})"), "till", null);
}
