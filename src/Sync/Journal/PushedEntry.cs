namespace Bookmine.Sync.Journal;

/// <summary>An entry as it travels: its payload opaque, so that it can be kept and acknowledged without being understood.</summary>
public sealed record PushedEntry(long N, Guid Id, string Kind, int Format, long SealedAt, byte[] Hash, byte[] Payload, EntryResult? Answer = null);
