namespace Bookmine.Sync.Rows;

/// <summary>A row's key: an integer, a GUID, or both; the part a table does not have is zero.</summary>
public readonly record struct RowKey(long Integer, Guid Guid)
{
    public RowKey(Guid guid)
        : this(0, guid)
    {
    }

    public override string ToString() =>
        Guid == Guid.Empty ? Integer.ToString(System.Globalization.CultureInfo.InvariantCulture)
        : Integer == 0 ? Guid.ToString()
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Integer}/{Guid}");
}
