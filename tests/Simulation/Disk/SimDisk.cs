using System.Data.Common;
using Bookmine.Sqlite;
using Bookmine.Sync.Files;
using Microsoft.Data.Sqlite;

namespace Bookmine.Simulation.Disk;

/// <summary>
/// The disk of one simulated machine. It remembers what was synced and forgets the rest at a power cut; names change in order, and a
/// power cut keeps a beginning of the changes that were not synced. Faults happen at the step that was planned.
/// </summary>
internal sealed class SimDisk : IFileStore
{
    private const int Full = 13;
    private const int IoErr = 10;
    private readonly Dictionary<string, SimFile> names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SimFile> durableNames = new(StringComparer.Ordinal);
    private readonly List<Action<Dictionary<string, SimFile>>> pendingNames = [];
    private readonly Dictionary<string, (int Shared, bool Alone)> locks = new(StringComparer.Ordinal);
    private readonly Random random;
    private readonly FaultLog log;
    private (Fault Fault, int Steps)? plan;
    private string? planned;
    private int busyTries;

    public SimDisk(string machine, Random random, FaultLog log, TimeProvider clock)
    {
        (Machine, this.random, this.log, Clock) = (machine, random, log, clock);
        SimVfs.Add(this);
    }

    public string Machine { get; }

    public TimeProvider Clock { get; }

    public bool IsDead { get; private set; }

    /// <summary>Counts the machine's starts: what was opened in another life is gone.</summary>
    public int Life { get; private set; }

    /// <summary>Whether the death that is going on loses what was not synced.</summary>
    public bool PowerLost { get; private set; }

    /// <summary>Whether a planned fault other than a death has happened since the last plan; it explains a failure.</summary>
    public bool HasFaulted { get; private set; }

    /// <summary>Whether the planned fault has met its step.</summary>
    public bool HasMet { get; private set; }

    /// <summary>Plans a fault at one of the next steps.</summary>
    /// <param name="kind">The kind of file it is to meet; null for any.</param>
    public void Plan(Fault fault, int steps, string? kind = null) => (plan, planned, HasFaulted, HasMet) = ((fault, steps), kind, false, false);

    /// <summary>The kinds of the files that are there.</summary>
    public IReadOnlyList<string> Kinds => [.. names.Keys.Select(FaultLog.Kind).Distinct().Order(StringComparer.Ordinal)];

    private bool Meets(Fault fault, Step step, string path) => FaultLog.Applies(fault, step) && (planned is null || FaultLog.Kind(path) == planned);

    public void PlanNothing() => (plan, HasFaulted, busyTries) = (null, false, 0);

    /// <summary>The machine starts again after its death.</summary>
    public void Restart()
    {
        foreach (var file in names.Values.Concat(durableNames.Values).Distinct().ToArray())
        {
            if (PowerLost)
            {
                file.PowerCut(random);
            }
            else
            {
                file.Release();
            }
        }
        if (PowerLost)
        {
            foreach (var change in pendingNames.Take(random.Next(pendingNames.Count + 1)))
            {
                change(durableNames);
            }
            pendingNames.Clear();
            names.Clear();
            foreach (var (name, file) in durableNames)
            {
                names.Add(name, file);
            }
        }
        locks.Clear();
        Life++;
        plan = null;
        (IsDead, PowerLost, HasFaulted, busyTries) = (false, false, false, 0);
    }

    /// <summary>The machine dies now, between two steps.</summary>
    public void Die(bool powerLost) => (IsDead, PowerLost) = (true, powerLost);

    /// <summary>Every file as it is seen now, as from a copy of the disk.</summary>
    public Dictionary<string, SimFile> Image() => names.ToDictionary(n => n.Key, n => n.Value.Copy(), StringComparer.Ordinal);

    /// <summary>Puts an image in place of all there is.</summary>
    public void Restore(Dictionary<string, SimFile> image)
    {
        names.Clear();
        durableNames.Clear();
        pendingNames.Clear();
        foreach (var (name, file) in image)
        {
            var copy = file.Copy();
            names.Add(name, copy);
            durableNames.Add(name, copy);
        }
    }

    /// <summary>All files of a folder are gone, as with the medium they were on.</summary>
    public void Wipe(string folder)
    {
        foreach (var name in names.Keys.Where(n => n.StartsWith(folder + "/", StringComparison.Ordinal)).ToArray())
        {
            names.Remove(name);
        }
        pendingNames.Clear();
        durableNames.Clear();
        foreach (var (name, file) in names)
        {
            durableNames.Add(name, file);
        }
    }

    public SimFile? Find(string path) => names.GetValueOrDefault(path);

    /// <summary>Adds a file that is there from the beginning.</summary>
    public void Put(string path, SimFile file)
    {
        names[path] = file;
        durableNames[path] = file;
    }

    /// <summary>A step of the disk: counts it and lets the planned fault happen. Returns SQLite's result code, 0 for a step that is to be done.</summary>
    public int Before(Step step, string path)
    {
        if (IsDead)
        {
            return IoErr;
        }
        log.Count(step, path);
        if (step == Step.Lock && busyTries > 0)
        {
            busyTries--;
            return 5;
        }
        if (plan is not var (fault, steps) || !Meets(fault, step, path))
        {
            return 0;
        }
        if (steps > 0)
        {
            plan = (fault, steps - 1);
            return 0;
        }
        if (fault is Fault.PowerCutAfter or Fault.KilledAfter)
        {
            return 0;
        }
        (plan, HasMet) = (null, true);
        log.Met(fault, step, path);
        switch (fault)
        {
            case Fault.PowerCutBefore or Fault.KilledBefore:
                Die(fault == Fault.PowerCutBefore);
                return IoErr;
            case Fault.Busy:
                busyTries = random.Next(1, 6);
                return 5;
            default:
                HasFaulted = true;
                return fault == Fault.IoError ? IoErr : Full;
        }
    }

    /// <summary>Called when a step was done, for the deaths that come after one.</summary>
    public int After(Step step, string path)
    {
        if (plan is ({ } fault, 0) && fault is Fault.PowerCutAfter or Fault.KilledAfter && Meets(plan.Value.Fault, step, path))
        {
            log.Met(plan.Value.Fault, step, path);
            Die(plan.Value.Fault == Fault.PowerCutAfter);
            (plan, HasMet) = (null, true);
            return IoErr;
        }
        return 0;
    }

    /// <summary>Whether the failing write that was just refused is to leave its first half behind.</summary>
    public bool IsShortWrite => plan is (Fault.ShortWrite, 0);

    // 8 is a header that says the file may not be written: nothing else is in the way here.
    public bool IsDamage(DbException failure) => TillClient.Files.SqliteFiles.IsDamage(failure);

    public DbConnection OpenDatabase(string path)
    {
        Check(Step.Open, path);
        var connection = new DirectConnection(ConnectionString(path));
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public DbConnection OpenMemory() => TillClient.Files.SqliteFiles.Open(":memory:");

    public static string ConnectionString(string path) =>
        new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, Vfs = SimVfs.Name, DefaultTimeout = 1 }.ToString();

    public SimFile Open(string path, bool create)
    {
        if (!names.TryGetValue(path, out var file))
        {
            if (!create)
            {
                throw new FileNotFoundException(path);
            }
            names.Add(path, file = new SimFile());
        }
        return file;
    }

    public bool Exists(string path)
    {
        Alive();
        return names.ContainsKey(path);
    }

    public byte[]? Read(string path)
    {
        Alive();
        if (!names.TryGetValue(path, out var file))
        {
            return null;
        }
        Check(Step.Read, path);
        return file.ReadAll();
    }

    public void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        var fresh = path + ".new";
        Unlink(fresh);
        WriteAt(fresh, 0, bytes);
        Sync(fresh);
        Move(fresh, path);
    }

    public void WriteAt(string path, long offset, ReadOnlySpan<byte> bytes)
    {
        Alive();
        var file = Open(path, create: true);
        var half = IsShortWrite;
        try
        {
            Check(Step.Write, path);
        }
        catch (IOException) when (half && !IsDead)
        {
            file.Write(offset, bytes[..(bytes.Length / 2)]);
            throw;
        }
        file.Write(offset, bytes);
        Done(Step.Write, path);
    }

    public long Length(string path) => names.GetValueOrDefault(path)?.Length ?? 0;

    public void Sync(string path)
    {
        Check(Step.Sync, path);
        SyncFile(path);
        Done(Step.Sync, path);
    }

    /// <summary>A synced file keeps its name, with all changes of names before it, as journalling file systems do.</summary>
    public void SyncFile(string path)
    {
        if (names.TryGetValue(path, out var file))
        {
            file.Sync();
            SyncNames();
            durableNames[path] = file;
        }
    }

    public void Move(string from, string to)
    {
        Check(Step.Rename, to);
        var file = names[from];
        names.Remove(from);
        names[to] = file;
        pendingNames.Add(durable =>
        {
            durable.Remove(from);
            durable[to] = file;
        });
        SyncNames();
        Done(Step.Rename, to);
    }

    public void Delete(string path)
    {
        Alive();
        if (names.ContainsKey(path))
        {
            Check(Step.Delete, path);
            Unlink(path);
            Done(Step.Delete, path);
        }
    }

    public void Unlink(string path)
    {
        if (names.Remove(path))
        {
            pendingNames.Add(durable => durable.Remove(path));
        }
    }

    public Stream OpenRead(string path)
    {
        Check(Step.Read, path);
        return new MemoryStream(names[path].ReadAll(), writable: false);
    }

    public IReadOnlyList<string> List(string folder, string prefix) =>
        [.. names.Keys.Where(n => n.StartsWith(Path.Combine(folder, prefix), StringComparison.Ordinal) && n.LastIndexOf('/') == folder.Length).Order(StringComparer.Ordinal)];

    public IDisposable? TryLock(string path, bool shared)
    {
        Alive();
        var held = locks.GetValueOrDefault(path);
        if (held.Alone || (!shared && held.Shared > 0))
        {
            return null;
        }
        locks[path] = shared ? (held.Shared + 1, false) : (0, true);
        return new Held(this, path, shared);
    }

    public void Pow(Action<Random> work) => work(random);

    private void SyncNames()
    {
        foreach (var change in pendingNames)
        {
            change(durableNames);
        }
        pendingNames.Clear();
    }

    private void Check(Step step, string path)
    {
        if (Before(step, path) is not 0)
        {
            throw IsDead ? new MachineDiedException() : new IOException($"the disk fails at a {step} of {Path.GetFileName(path)}");
        }
    }

    private void Done(Step step, string path)
    {
        if (After(step, path) is not 0)
        {
            throw new MachineDiedException();
        }
    }

    private void Alive()
    {
        if (IsDead)
        {
            throw new MachineDiedException();
        }
    }

    private sealed class Held(SimDisk disk, string path, bool shared) : IDisposable
    {
        private bool held = true;

        public void Dispose()
        {
            if (held && disk.locks.TryGetValue(path, out var now))
            {
                disk.locks[path] = shared ? (Math.Max(now.Shared - 1, 0), now.Alone) : (now.Shared, false);
            }
            held = false;
        }
    }
}
