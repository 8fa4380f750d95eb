using System.Security.Cryptography;
using System.Text;
using Bookmine.Schema;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>
/// How a shop's first admin is made: by whoever reads what the server prints at its start while there is none. The secret of the link is in
/// this
/// process alone, and good once and for a day. A shop that has had an admin gets its next by another, or by a verb on the server's machine.
/// </summary>
public sealed class FirstAdmin(IServerDatabase database, Persons persons, TimeProvider clock)
{
    /// <summary>The page's path; the secret follows as <c>?code=</c>.</summary>
    public const string Path = "/first-admin";

    private const int SecretCharacters = 26;
    private static readonly TimeSpan Lasts = TimeSpan.FromDays(1);
    private readonly Lock gate = new();
    private string? secret;
    private long madeAt;

    /// <summary>
    /// Path and secret of a new link, after which an earlier one is good no more; null in a shop that has, or had, an admin.
    /// </summary>
    public string? NewLink()
    {
        if (HasHadAdmin())
        {
            return null;
        }
        lock (gate)
        {
            secret = RandomNumberGenerator.GetString(KeyFingerprint.Alphabet, SecretCharacters);
            madeAt = clock.GetTimestamp();
            return $"{Path}?code={secret}";
        }
    }

    /// <summary>Whether the shop has had no admin yet.</summary>
    public bool IsWanted => !HasHadAdmin();

    /// <summary>Whether a link may be used at this moment.</summary>
    public bool IsGood(string? code)
    {
        lock (gate)
        {
            return code is not null && secret is not null && clock.GetElapsedTime(madeAt) < Lasts
                && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(code), Encoding.UTF8.GetBytes(secret));
        }
    }

    /// <summary>Makes the admin, and the link is good no more.</summary>
    /// <exception cref="ShopException">The link is used or too old, there is an admin, or the name or password will not do.</exception>
    public Person Make(string? code, string name, string password, string? source)
    {
        if (!IsGood(code) || HasHadAdmin())
        {
            throw new ShopException(
                "This link was used, or is older than a day. Start the server again for a new one, or make a person with bookmine-server person add.");
        }
        var id = persons.Add(new Actor(name.Trim(), "first admin", source), name, password, Person.Admin, [], isFirstAdmin: true);
        lock (gate)
        {
            secret = null;
        }
        return new Person(id, name.Trim(), Person.Admin, null, IsDisabled: false);
    }

    private bool HasHadAdmin() => database.Reading(session => Persons.All(session).Exists(p => p.Role == Person.Admin));
}
