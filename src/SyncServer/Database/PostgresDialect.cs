using System.Data.Common;
using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.Database;

/// <summary>PostgreSQL has a type for GUIDs, which it orders by their bytes in RFC order.</summary>
internal sealed class PostgresDialect : SqlDialect
{
    public static readonly PostgresDialect Instance = new();

    public override void Bind(DbParameter parameter, object? value)
    {
        if (value is Guid)
        {
            parameter.Value = value;
        }
        else
        {
            base.Bind(parameter, value);
        }
    }
}
