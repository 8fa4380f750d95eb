using System.Security.Cryptography;
using System.Text;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>A program that may ask.</summary>
/// <param name="Scopes">What for, such as <c>sales:read</c>.</param>
/// <param name="Branch">Of which branch's records; null for all.</param>
public sealed record ApiKey(long Id, string Name, IReadOnlyList<string> Scopes, long? Branch, long MadeAt, long? UsedAt, long? RevokedAt);

/// <summary>The keys of programs: shown once, kept as hashes, and revocable at once.</summary>
public sealed class ApiKeys(IServerDatabase database, TimeProvider clock, WordsFile words)
{
    /// <summary>What a key can be for.</summary>
    public static readonly IReadOnlyList<string> Scopes =
        [
            "sales:read", "sales:write", "stock:read", "stock:write", "contacts:read", "contacts:write", "tills:read", "tills:write",
                "accounts:read", "accounts:write",
        ];

    private const string Prefix = "bm_";
    private const int KeyBytes = 32;
    private const int MostNameCharacters = 100;
    private const long UsedEvery = 60_000;

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <returns>The key, which is nowhere else.</returns>
    /// <exception cref="ShopException">The name is taken or none, or a scope is none.</exception>
    public string Add(Actor actor, string name, IReadOnlyList<string> scopes, long? branch)
    {
        var clean = name.Trim();
        if (clean.Length is 0 or > MostNameCharacters)
        {
            throw new ShopException($"A key's name has 1 to {MostNameCharacters} characters, such as webshop.");
        }
        if (scopes.Count == 0 || scopes.FirstOrDefault(s => !Scopes.Contains(s)) is { } none)
        {
            throw new ShopException($"Give what the key is for: one or more of {string.Join(", ", Scopes)}.");
        }
        var key = Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes));
        return database.Doing(clock, actor, "api-key add", (session, rights) =>
        {
            rights.DemandAdmin();
            if (All(session).Exists(k => k.Name.Equals(clean, StringComparison.OrdinalIgnoreCase)))
            {
                throw new ShopException($"There is a key {clean} already; a revoked one keeps its name.");
            }
            if (branch is { } one && session.Scalar("SELECT 1 FROM branch WHERE id = @id", one) is null)
            {
                throw new ShopException($"There is no branch {one}. bookmine-server branch list shows those there are.");
            }
            var id = (session.Integer("SELECT max(id) FROM api_key") ?? 0) + 1;
            session.Execute(
                "INSERT INTO api_key (id, name, key_hash, scopes, branch, made_at) VALUES (@id, @name, @hash, @scopes, @branch, @now)",
                id, clean, HashOf(key), string.Join(' ', scopes.Distinct()), branch, Now);
            return new Done<string>(key, $"key {clean}", string.Join(' ', scopes));
        });
    }

    public void Revoke(Actor actor, string name)
    {
        database.Doing(clock, actor, "api-key revoke", (session, rights) =>
        {
            rights.DemandAdmin();
            var key = All(session).Find(k => k.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && k.RevokedAt is null)
                ?? throw new ShopException($"There is no key {name} in use. bookmine-server api-key list shows those there are.");
            AuthorityWords.Say(session, AuthorityWords.OfKey(key.Name), AuthorityWords.Out, Now);
            return new Done<int>(session.Execute("UPDATE api_key SET revoked_at = @now WHERE id = @id", Now, key.Id), $"key {key.Name}");
        });
        words.BringIfPossible();
    }

    /// <summary>The key in use that this is; null for none. Notes, to the minute, that it was used.</summary>
    public ApiKey? Prove(string key)
    {
        var hash = HashOf(key);
        var found = database.Reading(session =>
        {
            var id = session.Integer("SELECT id FROM api_key WHERE key_hash = @hash AND revoked_at IS NULL", hash);
            return id is null ? null : All(session).Find(k => k.Id == id);
        });
        if (found is not null && Now - (found.UsedAt ?? 0) > UsedEvery)
        {
            database.Writing(session => session.Execute("UPDATE api_key SET used_at = @now WHERE id = @id", Now, found.Id));
        }
        return found;
    }

    public static List<ApiKey> All(Session session)
    {
        var keys = new List<ApiKey>();
        using var reader = session.Query("SELECT id, name, scopes, branch, made_at, used_at, revoked_at FROM api_key ORDER BY id");
        while (reader.Read())
        {
            keys.Add(new ApiKey(
                reader.GetInt64(0), reader.GetString(1), reader.GetString(2).Split(' '), Number(3), reader.GetInt64(4), Number(5), Number(6)));
        }
        return keys;

        long? Number(int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);
    }

    private static byte[] HashOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
