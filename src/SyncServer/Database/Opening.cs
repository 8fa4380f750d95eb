namespace Bookmine.SyncServer.Database;

/// <summary>How far opening a shop's database may go. A verb that only looks makes no shop by accident, and brings none to newer tables.</summary>
[Flags]
public enum Opening
{
    /// <summary>A shop of this program's tables; anything else is refused, and nothing is made.</summary>
    ToUse = 0,

    /// <summary>Also an empty database, which becomes a shop.</summary>
    ToMake = 1,

    /// <summary>Also an earlier program's tables, which become this program's, after a backup of the file of an embedded database.</summary>
    ToUpgrade = 2,

    /// <summary>Both.</summary>
    ToServe = ToMake | ToUpgrade,
}
