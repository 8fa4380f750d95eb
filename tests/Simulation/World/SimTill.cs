using Bookmine.Simulation.Disk;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;
using Bookmine.TillClient;
using Bookmine.TillClient.Files;

namespace Bookmine.Simulation.World;

/// <summary>A till of a simulated shop: production code on a simulated machine.</summary>
internal sealed class SimTill : IDisposable
{
    private readonly TillMachine machine;
    private readonly NoConnection connectionless;

    public SimTill(string name, TillIdentity identity, SimDisk disk, SimClock clock, SimServer server, Random random, FaultLog log)
    {
        (Name, Identity, Disk, Clock) = (name, identity, disk, clock);
        Line = new Network(server, disk, random, log) { Identity = identity };
        connectionless = new NoConnection();
        machine = new TillMachine(disk, clock, new EntityIds(clock, random), random, (_, it) =>
        {
            Line.Identity = it;
            return new ServerLine(Line, Line, connectionless);
        })
        {
            TimeKeeping = new SimMachineClock(disk.Machine, clock, () => 0),
            Keeping = new JournalKeeping(TimeSpan.FromHours(20), 2),
            NewSecret = () =>
            {
                var secret = new byte[32];
                random.NextBytes(secret);
                return secret;
            },
        };
    }

    public string Name { get; }

    /// <summary>Who it is; a machine whose journal has forked becomes another.</summary>
    public TillIdentity Identity { get; private set; }

    public SimDisk Disk { get; }

    public SimClock Clock { get; }

    public Network Line { get; }

    public TillMachine Machine => machine;

    public string Folder => $"/{Disk.Machine}/till";

    /// <summary>The program that runs; null when none does.</summary>
    public Till? Program { get; private set; }

    public bool Disconnected { get; private set; }

    /// <summary>Whether its medium has changed bits by itself: what cannot be read then is the medium's fault.</summary>
    public bool MediumFailed { get; set; }

    /// <summary>Whether the power went since the program was last started: what remembers the journal's end may be behind.</summary>
    public bool PowerWasLost { get; set; }

    /// <summary>Whether the medium has changed the journal.</summary>
    public bool JournalFailed { get; set; }

    /// <summary>Whether its replica has changed by itself and was not counted since: what it shows may be wrong.</summary>
    public bool ReplicaDoubtful { get; set; }

    /// <summary>Whether a part of its overlay was torn out at any time: what is asked of it then is made anew, the rest need not be.</summary>
    public bool OverlayTorn { get; set; }

    /// <summary>Whether another overlay was put in its place, and the program has not sealed anything since, which makes it look.</summary>
    public bool OverlayUnseen { get; set; }

    /// <summary>How often a look at its overlay was due.</summary>
    public int OverlayLooks { get; set; }

    /// <summary>Its overlay as it was at some time.</summary>
    public SimFile? OlderOverlay { get; set; }

    /// <summary>The folder of its other medium, which receives the journal too.</summary>
    public string Stick => $"/{Disk.Machine}/stick";

    public bool HasMirror { get; set; }

    /// <summary>Whether its disk was put back from an image at any time: it cannot know the numbers it had given since.</summary>
    public bool WasPutBack { get; set; }

    /// <summary>Whether it has been given to another branch at any time: what it sold before is no longer in its replica.</summary>
    public bool HasMoved { get; set; }

    public void Start(bool disconnected)
    {
        Stop();
        Program = Till.Open(Folder, disconnected, machine);
        Disconnected = disconnected;
        PowerWasLost = false;
        Identity = Program.Identity;
    }

    /// <summary>It is enrolled afresh.</summary>
    public void Become(TillIdentity identity) => (Identity, Line.Identity, MediumFailed, JournalFailed, ReplicaDoubtful, WasPutBack, HasMoved) = (identity, identity, false, false, false, WasPutBack, HasMoved);

    /// <summary>Another program at work on the same files; it ends with the first.</summary>
    public Till? Second { get; set; }

    public void Stop()
    {
        Second?.Dispose();
        Second = null;
        Program?.Dispose();
        Program = null;
    }

    public void Dispose() => Stop();

    private sealed class NoConnection : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
