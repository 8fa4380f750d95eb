namespace Bookmine.Simulation.Disk;

/// <summary>What can go wrong at a step of a machine's disk.</summary>
internal enum Fault
{
    /// <summary>The power goes before the step.</summary>
    PowerCutBefore,

    /// <summary>The power goes after the step.</summary>
    PowerCutAfter,

    /// <summary>The process is killed before the step; what it wrote stays.</summary>
    KilledBefore,

    /// <summary>The process is killed after the step.</summary>
    KilledAfter,

    /// <summary>The disk answers with an error.</summary>
    IoError,

    /// <summary>The disk is full.</summary>
    NoSpace,

    /// <summary>A part is written, then the disk answers with an error.</summary>
    ShortWrite,

    /// <summary>Another program has the database locked for a while.</summary>
    Busy,
}

/// <summary>The kinds of step.</summary>
internal enum Step
{
    Read,
    Write,
    Sync,
    Truncate,
    Open,
    Delete,
    Rename,
    Lock,
}

/// <summary>The machine has died in the middle of what it did.</summary>
internal sealed class MachineDiedException() : IOException("the machine died");
