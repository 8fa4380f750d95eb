using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
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

    private readonly ConcurrentDictionary<string, BridgeSession> sessions = [];
    private long uses;

    /// <summary>Nothing of before this start is of use to anybody.</summary>
    public void Begin()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public BridgeSession Of(long till, string id)
    {
        EndOld();
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{till}/{id}")))[..32];
        var session = sessions.GetOrAdd(name, key => new BridgeSession(key, till, Path.Combine(folder, key)));
        session.Enter();
        (session.UsedAt, session.Use) = (clock.GetTimestamp(), Interlocked.Increment(ref uses));
        foreach (var surplus in sessions.Values.Where(s => s.Till == till).OrderByDescending(s => s.Use).Skip(MostOfOneTill))
        {
            End(surplus);
        }
        return session;
    }

    /// <summary>A till makes one synchronisation after the other: what an earlier one has left is of no use.</summary>
    public void EndOthers(BridgeSession session)
    {
        foreach (var other in sessions.Values.Where(s => s.Till == session.Till && s != session))
        {
            End(other);
        }
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
internal sealed class BridgeSession(string id, long till, string folder) : ISession, ISessionFeature, IDisposable
{
    private readonly ConcurrentDictionary<string, byte[]> values = [];
    private const long RowBytes = 200;
    private const long MostBytes = 256L * 1024 * 1024;
    private const int MostPosted = 4;
    private const int MostParts = 4;
    private long bytes;
    private readonly SemaphoreSlim parts = new(MostParts);
    private int posted;
    private int requests;
    private volatile bool isForgotten;

    public long Till => till;

    public string Folder => folder;

    public long UsedAt { get; set; }

    /// <summary>Which use of any session the last of this one was.</summary>
    public long Use { get; set; }

    public bool IsAvailable => true;

    public string Id => id;

    public IEnumerable<string> Keys => values.Keys;

    ISession ISessionFeature.Session
    {
        get => this;
        set => throw new NotSupportedException();
    }

    /// <summary>Counts what it has sent, unpacked.</summary>
    /// <exception cref="ToldException">It is too much.</exception>
    public void Take(IReadOnlyCollection<object?[]> rows)
    {
        var more = rows.Sum(row => RowBytes + row.Sum(value => (long)(value as string ?? "").Length));
        if (Interlocked.Add(ref bytes, more) > MostBytes)
        {
            throw new ToldException("This synchronisation has sent more than a counter sells in five months. Nothing of it was posted.");
        }
    }

    /// <summary>Each time that it asks for its uploads to be posted, an answer is made.</summary>
    /// <exception cref="ToldException">It has asked too often.</exception>
    public void Post()
    {
        if (Interlocked.Increment(ref posted) > MostPosted)
        {
            throw new ToldException("This synchronisation is asked for its answer again and again. Begin another.");
        }
    }

    /// <summary>A request of it has begun.</summary>
    public void Enter()
    {
        lock (parts)
        {
            requests++;
        }
    }

    /// <summary>A request of it has ended.</summary>
    public void Leave()
    {
        lock (parts)
        {
            requests--;
        }
        ForgetWhenIdle();
    }

    /// <summary>What it holds goes, as soon as nobody reads or writes it.</summary>
    public void Forget()
    {
        isForgotten = true;
        ForgetWhenIdle();
    }

    /// <summary>Parts that it fetches at a time.</summary>
    public SemaphoreSlim Parts => parts;

    private void ForgetWhenIdle()
    {
        lock (parts)
        {
            if (!isForgotten || requests > 0)
            {
                return;
            }
        }
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
            // What another program holds goes with the next start.
        }
    }

    public void Dispose() => parts.Dispose();

    public void Clear() => values.Clear();

    public Task CommitAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task LoadAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public void Remove(string key) => values.TryRemove(key, out _);

    public void Set(string key, byte[] value) => values[key] = value;

    public bool TryGetValue(string key, [NotNullWhen(true)] out byte[]? value) => values.TryGetValue(key, out value);
}
