namespace Bookmine.Sync.Setup;

/// <summary>What a replicated column may hold. There are no decimals, floats or local times: they differ between engines.</summary>
public enum ColumnType : byte
{
    /// <summary>A signed 64-bit integer: a count, cents, or an instant in Unix milliseconds.</summary>
    Integer = 1,

    /// <summary>A GUID, stored and ordered by its 16 bytes in RFC 9562 order.</summary>
    Guid = 2,

    /// <summary>Unicode text, never normalised, trimmed or folded.</summary>
    Text = 3,
}

/// <summary>A column of a replicated table. <paramref name="Number"/> identifies it for ever in canonical rows.</summary>
public sealed record Column(int Number, string Name, ColumnType Type, bool Nullable);
