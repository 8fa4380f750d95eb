namespace Bookmine.Sync.Setup;

/// <summary>Values by the names of a table's columns, as a bucket is computed from them.</summary>
public interface IColumnValues
{
    object? this[string column] { get; }
}
