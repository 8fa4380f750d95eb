namespace Bookmine.Sync.Journal;

/// <summary>A range of printed numbers leased to one client, both ends included.</summary>
/// <param name="Mac">The server's proof that it leased it, for a server whose records are lost.</param>
public readonly record struct NumberBlock(long First, long Last, string? Mac = null);
