using System.Globalization;

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

    /// <summary>Milliseconds from one moment to another, of either sign.</summary>
    Span,

    /// <summary>A calendar's day, as 20261123.</summary>
    Day,
}

/// <summary>A column of a replicated table. <paramref name="Number"/> identifies it for ever in canonical rows.</summary>
/// <param name="Ordinal">Its place among the table's columns.</param>
public sealed record Column(int Number, string Name, ColumnType Type, bool Nullable, int Ordinal)
{
    public Meaning Meaning { get; init; }

    /// <summary>
    /// How long a text may be where it is entered or imported, in UTF-16 units; 0 for no limit. What a program has sealed is posted whatever its length.
    /// </summary>
    public int MostCharacters { get; init; }

    /// <summary>A text that is copied into this column, cut where it is longer than may be entered.</summary>
    public string? Cut(string? text)
    {
        if (text is null || MostCharacters == 0 || text.Length <= MostCharacters)
        {
            return text;
        }
        var end = char.IsHighSurrogate(text[MostCharacters - 1]) ? MostCharacters - 1 : MostCharacters;
        return text[..end];
    }

    /// <summary>What is wrong with a text's length, as <c>title has 1,204 characters, and may have 1,000</c>; null where nothing is.</summary>
    public string? TooLong(string? text) => MostCharacters == 0 || text is null || text.Length <= MostCharacters ? null
        : string.Create(CultureInfo.InvariantCulture, $"{Name} has {text.Length:N0} characters, and may have {MostCharacters:N0}");

    /// <summary>Whether the server alone decides its value, whatever a client sends.</summary>
    public bool IsByServer { get; init; }
}
