namespace Bookmine.SyncServer.Authority;

/// <summary>Who does something, by which face of the program, and from where.</summary>
/// <param name="Name">As the log shows it, such as <c>root</c>, <c>till front (1)</c>.</param>
/// <param name="Face">By what: <c>verb</c>, <c>till</c>, <c>page</c> or <c>API</c>.</param>
/// <param name="From">The machine or address; null where that says nothing.</param>
/// <param name="Session">A person's, at a page; null for others.</param>
/// <param name="Key">A program's, at the API; null for others.</param>
public sealed record Actor(string Name, string Face, string? From, PersonSession? Session = null, KeySession? Key = null)
{
    private const string Page = "page";
    private const string Api = "API";

    /// <summary>A program, by its key.</summary>
    public static Actor OfKey(long key, string name, string? from) => new($"key {name}", Api, from, Key: new KeySession(key));

    /// <summary>Whether it came over the network without anything that says what is theirs.</summary>
    public bool IsUnproven => Session is null && Key is null && Face is Page or Api;

    /// <summary>An administrator at a shell of the server's machine, as the system knows the user.</summary>
    public static Actor AtTheMachine() => new(Environment.UserName, "verb", Environment.MachineName);

    /// <summary>A till, and who has signed on at it.</summary>
    public static Actor AtTill(long till, string name, string? signedOn = null) =>
        new(FormattableString.Invariant($"{(signedOn is null ? "" : signedOn + ", ")}till {name} ({till})"), "till", null);
}

/// <summary>A program that has shown its key.</summary>
public sealed record KeySession(long Id);

/// <summary>A person who has signed in.</summary>
/// <param name="Epoch">Of the records at that moment: whoever signed in before they were put back has to sign in again.</param>
public sealed record PersonSession(long Person, string Epoch);
