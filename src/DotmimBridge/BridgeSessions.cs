using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Bookmine.SyncServer;
using Microsoft.AspNetCore.Http.Features;

namespace Bookmine.DotmimBridge;

/// <summary>
/// The sessions of synchronisations that are going on: what a till has sent so far and what it has not fetched yet lies in a folder of the session's own, which
/// goes with it. They are this process's alone: behind a balancer, a till's requests go to one host.
/// </summary>
internal sealed class BridgeSessions(string folder, TimeProvider clock)
{
    /// <summary>A till that was broken off begins afresh.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(20);

    /// <summary>Of one till: its program makes one after the other, and an earlier one may not have ended.</summary>
    private const int MostOfOneTill = 4;

    /// <summary>More than a counter sells in 90 days.</summary>
    private const long MostBytes = 256L * 1024 * 1024;

    private readonly ConcurrentDictionary<string, BridgeSession> sessions = [];

    /// <summary>Nothing of before this start is of use to anybody.</summary>
    public void Begin()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <param name="bytes">What this request adds.</param>
    /// <exception cref="ShopException">The session has sent too much; nothing of it was posted.</exception>
    public BridgeSession Of(long till, string id, long bytes)
    {
        EndOld();
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{till}/{id}")))[..32];
        var session = sessions.GetOrAdd(name, key => new BridgeSession(key, till, Path.Combine(folder, key)));
        session.UsedAt = clock.GetTimestamp();
        foreach (var surplus in sessions.Values.Where(s => s.Till == till).OrderByDescending(s => s.UsedAt).Skip(MostOfOneTill))
        {
            End(surplus);
        }
        if (session.Take(bytes) > MostBytes)
        {
            End(session);
            throw new ShopException(
                $"This synchronisation has sent more than {MostBytes:N0} bytes, which is more than a counter sells in 90 days. Nothing of it was posted.");
        }
        return session;
    }

    public void End(BridgeSession session)
    {
        if (sessions.TryRemove(session.Id, out _))
        {
            session.Forget();
        }
    }

    private void EndOld()
    {
        foreach (var old in sessions.Values.Where(s => clock.GetElapsedTime(s.UsedAt) > Life))
        {
            End(old);
        }
    }
}

/// <summary>One synchronisation of a till, as the platform's kind of session that Dotmim asks for.</summary>
/// <param name="folder">For the parts that it sends and fetches.</param>
internal sealed class BridgeSession(string id, long till, string folder) : ISession, ISessionFeature
{
    private readonly ConcurrentDictionary<string, byte[]> values = [];
    private long bytes;

    public long Till => till;

    public string Folder => folder;

    public long UsedAt { get; set; }

    public bool IsAvailable => true;

    public string Id => id;

    public IEnumerable<string> Keys => values.Keys;

    ISession ISessionFeature.Session
    {
        get => this;
        set => throw new NotSupportedException();
    }

    /// <returns>What it has sent so far.</returns>
    public long Take(long more) => Interlocked.Add(ref bytes, more);

    public void Forget()
    {
        values.Clear();
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (IOException)
        {
            // A request of it is still being answered. What it leaves goes with the next start.
        }
    }

    public void Clear() => values.Clear();

    public Task CommitAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task LoadAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public void Remove(string key) => values.TryRemove(key, out _);

    public void Set(string key, byte[] value) => values[key] = value;

    public bool TryGetValue(string key, [NotNullWhen(true)] out byte[]? value) => values.TryGetValue(key, out value);
}
