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

/// <summary>What an integer means, for whoever judges or shows it.</summary>
public enum Meaning : byte
{
    /// <summary>A number, a key or a yes or no.</summary>
    Plain,

    /// <summary>Money in cents, of either sign.</summary>
    Cents,

    /// <summary>Money in cents, never negative.</summary>
    Price,

    /// <summary>A count, of either sign.</summary>
    Quantity,

    /// <summary>Basis points.</summary>
    Rate,

    /// <summary>Unix milliseconds.</summary>
    Instant,

    /// <summary>A calendar's day, as 20261123.</summary>
    Day,
}

/// <summary>A column of a replicated table. <paramref name="Number"/> identifies it for ever in canonical rows.</summary>
/// <param name="Ordinal">Its place among the table's columns.</param>
public sealed record Column(int Number, string Name, ColumnType Type, bool Nullable, int Ordinal)
{
    public Meaning Meaning { get; init; }

    /// <summary>Whether the server alone decides its value, whatever a client sends.</summary>
    public bool IsByServer { get; init; }
}
