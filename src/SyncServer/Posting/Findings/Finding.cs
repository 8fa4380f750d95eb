namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>Something that is posted all the same and that a person should look at, because the goods and the cash really moved.</summary>
/// <param name="Till">The till it came with; 0 for the server's own.</param>
/// <param name="N">The entry it came with; 0 for none.</param>
/// <param name="Kind">One of <see cref="FindingKinds"/>.</param>
/// <param name="Subject">What it is about: the open list shows a kind and subject once, however often it occurs.</param>
/// <param name="Text">One sentence for a person.</param>
public sealed record Finding(long Till, long N, string Kind, string Subject, string Text);

/// <summary>Looks at what a unit has posted, after it was written, and names what a person should see: a file each.</summary>
internal interface IFinding
{
    IEnumerable<Finding> Look(UnitFindings unit);
}
