using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.Database;

/// <summary>PostgreSQL has a type for GUIDs, which it orders by their bytes in RFC order.</summary>
internal sealed class PostgresDialect : SqlDialect
{
    public static readonly PostgresDialect Instance = new();

    public override object ToParameter(object? value) => value is Guid ? value : base.ToParameter(value);
}
