namespace Bookmine.Sync.Orchestrators;

/// <summary>Nothing is posted at this moment, whatever the entry; the message says why, and what ends it.</summary>
public sealed class PostingPutOffException(string message) : Exception(message);
