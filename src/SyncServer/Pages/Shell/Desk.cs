using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Endpoints;
using Microsoft.AspNetCore.Components.Authorization;

namespace Bookmine.SyncServer.Pages.Shell;

/// <summary>
/// One person at one open page: who it is, which branch is looked at, and the way to the back office, off the page's own thread.
/// </summary>
internal sealed class Desk(
    IServerDatabase database, TimeProvider clock, AuthenticationStateProvider authentication, RequestGate gate, Persons persons)
{
    /// <summary>
    /// After which somebody who has pressed nothing has to say again who she is; what a page shows by itself is nobody's doing.
    /// </summary>
    private static readonly TimeSpan Idle = TimeSpan.FromHours(12);

    private Actor? actor;
    private long usedAt = clock.GetTimestamp();

    /// <summary>Raised when another branch is looked at, or somebody has signed in again.</summary>
    public event Action? Changed;

    public Actor Actor => actor ?? throw new SignedOutException();

    public bool IsOpen => actor is not null;

    public bool IsAdmin { get; private set; }

    /// <summary>The branches that are hers, in order.</summary>
    public IReadOnlyList<Branch> Branches { get; private set; } = [];

    /// <summary>The branch that is looked at; null for all of hers.</summary>
    public long? Branch { get; private set; }

    /// <summary>Whether her session ended while the page was open: what she typed is there, and she has to sign in again.</summary>
    public bool IsSignedOut { get; private set; }

    /// <summary>The server's time, Unix milliseconds.</summary>
    public long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Finds out who it is and what is hers.</summary>
    /// <param name="branch">Of the page's address; null where it names none.</param>
    public async Task OpenAsync(long? branch = null)
    {
        actor ??= OfficePages.ActorOf((await authentication.GetAuthenticationStateAsync()).User);
        var (isAdmin, mine) = await AskAsync((session, rights) =>
            (rights.IsAdmin, BackOffice.Branches.All(session).Where(b => rights.Has(b.Id)).ToList()));
        (IsAdmin, Branches, usedAt) = (isAdmin, mine, clock.GetTimestamp());
        var looked = mine.Count == 1 ? mine[0].Id : mine.Exists(b => b.Id == (branch ?? Branch)) ? branch ?? Branch : null;
        if (looked != Branch)
        {
            Branch = looked;
            Changed?.Invoke();
        }
    }

    public void Choose(long? branch)
    {
        Branch = Branches.Any(b => b.Id == branch) ? branch : null;
        Changed?.Invoke();
    }

    /// <summary>The branch that is looked at, or the first of hers where it is all.</summary>
    public Branch? One => Branches.FirstOrDefault(b => b.Id == Branch) ?? (Branches.Count > 0 ? Branches[0] : null);

    public string NameOf(long branch) => Branches.FirstOrDefault(b => b.Id == branch)?.Name ?? FormattableString.Invariant($"branch {branch}");

    /// <summary>The numbers of the branches that are looked at.</summary>
    public IReadOnlyList<long> Looked => Branch is { } one ? [one] : [.. Branches.Select(b => b.Id)];

    /// <summary>The time zone of the branch that is looked at; where it is all, of the first.</summary>
    public TimeZoneInfo Zone => One is { } branch ? TimeZones.Find(branch.TimeZone) : TimeZoneInfo.Utc;

    /// <summary>Today, where the branch is.</summary>
    public int Today => BranchDay.Of(Now, Zone);

    /// <summary>Reads what is hers to see.</summary>
    public Task<T> AskAsync<T>(Func<Session, Rights, T> question) => RunAsync(() => database.Asking(Actor, question));

    /// <summary>The same of a part of the back office that reads for itself.</summary>
    public Task<T> ReadAsync<T>(Func<Actor, T> question) => RunAsync(() => question(Actor));

    /// <summary>Does something in her name.</summary>
    public async Task<T> DoAsync<T>(Func<Actor, T> deed)
    {
        var done = await RunAsync(() => deed(Actor));
        usedAt = clock.GetTimestamp();
        return done;
    }

    /// <summary>Signs the same person in again, in the page that is open.</summary>
    /// <param name="inBrowser">Begins the browser's own session, for the next page that is opened.</param>
    /// <returns>What is wrong; null for nothing.</returns>
    public async Task<string?> SignInAgainAsync(string password, Func<string, Task> inBrowser)
    {
        var name = actor?.Name ?? "";
        var tried = await Task.Run(() => persons.TryPassword(name, password));
        if (tried.Person is not { } person)
        {
            return tried.WaitSeconds > 0 ? $"Too many wrong passwords. Wait {tried.WaitSeconds} seconds." : "That is not the password.";
        }
        await inBrowser(name);
        actor = Actor with { Session = new PersonSession(person.Id, database.Reading(session => FeedState.Read(session).Epoch)) };
        (IsSignedOut, usedAt) = (false, clock.GetTimestamp());
        Changed?.Invoke();
        return null;
    }

    private async Task<T> RunAsync<T>(Func<T> work)
    {
        try
        {
            if (clock.GetElapsedTime(usedAt) > Idle)
            {
                throw new SignedOutException();
            }
            return await gate.Pages.HoldAsync(() => new ValueTask<T>(Task.Run(work)), CancellationToken.None);
        }
        catch (SignedOutException)
        {
            if (!IsSignedOut)
            {
                IsSignedOut = true;
                Changed?.Invoke();
            }
            throw;
        }
    }
}
