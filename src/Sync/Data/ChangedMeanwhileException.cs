namespace Bookmine.Sync.Data;

/// <summary>Another transaction has added a row that this one looked for and was about to add: it is run again, and finds it.</summary>
public sealed class ChangedMeanwhileException(string table) : Exception($"A row of {table} was added by somebody else at the same moment.");
