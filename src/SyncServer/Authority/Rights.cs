using System.Globalization;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;

namespace Bookmine.SyncServer.Authority;

/// <summary>
/// What somebody may see and do at this moment: read in the transaction that they are asked for, because a page's line stays open for
/// hours.
/// </summary>
/// <param name="Branches">Whose records; null for all there are and will be.</param>
/// <param name="IsAdmin">Whether what concerns the whole chain is theirs: persons, keys, backups.</param>
public sealed record Rights(IReadOnlyList<long>? Branches, bool IsAdmin)
{
    /// <summary>Of a shell of the server's machine.</summary>
    public static readonly Rights All = new(null, IsAdmin: true);

    /// <exception cref="SignedOutException">The person was disabled, or signed in before the records were put back.</exception>
    public static Rights Of(Session session, Actor actor)
    {
        if (actor.Key is { } key)
        {
            return OfKey(session, key);
        }
        if (actor.Session is not { } signedIn)
        {
            // A face that forgets to say who asks gets nothing.
            return actor.IsUnproven ? throw new SignedOutException() : All;
        }
        using var reader = session.Query("SELECT role, branches FROM person WHERE id = @id AND name = @name AND disabled = 0", signedIn.Person, actor.Name);
        if (!reader.Read())
        {
            throw new SignedOutException();
        }
        var (role, branches) = (reader.GetString(0), DbValues.ReadTextOrNull(reader, 1));
        reader.Close();
        if (FeedState.Read(session).Epoch != signedIn.Epoch)
        {
            throw new SignedOutException();
        }
        return new Rights(
            branches is null ? null : [.. branches.Split(' ').Select(b => long.Parse(b, CultureInfo.InvariantCulture))], role == AdminRole);
    }

    private static Rights OfKey(Session session, KeySession key)
    {
        using var reader = session.Query("SELECT branch FROM api_key WHERE id = @id AND revoked_at IS NULL", key.Id);
        return reader.Read() ? new Rights(DbValues.ReadIntegerOrNull(reader, 0) is { } branch ? [branch] : null, IsAdmin: false)
            : throw new SignedOutException();
    }

    /// <summary>Of the chain.</summary>
    public const string AdminRole = "admin";

    public bool Has(long branch) => Branches is null || Branches.Contains(branch);

    /// <exception cref="ForbiddenException">The branch is not theirs.</exception>
    public void Demand(long branch)
    {
        if (!Has(branch))
        {
            throw new ForbiddenException($"Branch {branch} is not yours. A manager of that branch, or an admin, can do this.");
        }
    }

    /// <summary>The branches asked for, of those that are theirs.</summary>
    /// <param name="branch">Null for all of theirs.</param>
    /// <returns>Null for all there are.</returns>
    public IReadOnlyList<long>? Among(long? branch)
    {
        if (branch is not { } one)
        {
            return Branches;
        }
        Demand(one);
        return [one];
    }

    /// <exception cref="ForbiddenException">It goes from branch to branch.</exception>
    public void DemandAllBranches()
    {
        if (Branches is not null)
        {
            throw new ForbiddenException("This goes from one branch to another, and is of whoever has all of them.");
        }
    }

    /// <exception cref="ForbiddenException">It concerns the whole chain.</exception>
    public void DemandAdmin()
    {
        if (!IsAdmin)
        {
            throw new ForbiddenException("This concerns the whole chain, and is an admin's to do.");
        }
    }
}

/// <summary>That is not theirs to see or do; the message says whose it is.</summary>
public sealed class ForbiddenException(string message) : ShopException(message);

/// <summary>Who asks is signed in no more.</summary>
public sealed class SignedOutException() : ShopException("You are signed in no more. Sign in again, and what you have typed is still there.");

/// <summary>Questions of somebody's.</summary>
public static class Questions
{
    /// <summary>Reads what somebody may see.</summary>
    /// <exception cref="ForbiddenException">It is not theirs.</exception>
    public static T Asking<T>(this IServerDatabase database, Actor actor, Func<Session, Rights, T> work) =>
        database.Reading(session => work(session, Rights.Of(session, actor)));
}
