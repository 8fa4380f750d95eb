namespace Bookmine.Sync.Journal;

/// <summary>A message's bytes are not what the protocol says; the message names what is wrong.</summary>
public sealed class WireFormatException(string message) : Exception(message);
