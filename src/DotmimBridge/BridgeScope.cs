using Bookmine.Schema;
using Bookmine.Sync.Setup;
using Dotmim.Sync;
using Dotmim.Sync.Enumerations;
using DotmimSetup = Dotmim.Sync.SyncSetup;
using DotmimTable = Dotmim.Sync.SyncTable;
using ShopSetup = Bookmine.Sync.Setup.SyncSetup;
using ShopTable = Bookmine.Sync.Setup.SyncTable;

namespace Bookmine.DotmimBridge;

/// <summary>The shop's setup in Dotmim's words. It is the same whatever engine the records lie in, and so are the tables of every till.</summary>
internal static class BridgeScope
{
    public const string Name = "bookmine";

    public static DotmimSetup Setup { get; } = SetupOf(BookmineSetup.Instance);

    public static ScopeInfo Scope => new()
    {
        Name = Name,
        Version = SyncVersion.Current.ToString(),
        Setup = Setup,
        Schema = SchemaOf(BookmineSetup.Instance),
    };

    private static DotmimSetup SetupOf(ShopSetup shop)
    {
        var setup = new DotmimSetup();
        foreach (var table in shop.Tables)
        {
            var made = new SetupTable(table.Name) { SyncDirection = DirectionOf(table) };
            made.Columns.AddRange(table.Columns.Select(c => c.Name));
            setup.Tables.Add(made);
        }
        return setup;
    }

    private static SyncDirection DirectionOf(ShopTable table) =>
        table.Direction == Direction.Download ? SyncDirection.DownloadOnly
        : table.Bucket.IsOfServerOnly ? SyncDirection.UploadOnly
        : SyncDirection.Bidirectional;

    private static SyncSet SchemaOf(ShopSetup shop)
    {
        var set = new SyncSet();
        foreach (var table in shop.Tables)
        {
            var made = new DotmimTable(table.Name) { OriginalProvider = "Bookmine" };
            foreach (var column in table.Columns)
            {
                made.Columns.Add(new SyncColumn(column.Name, TypeOf(column))
                {
                    Ordinal = column.Ordinal, AllowDBNull = IsNullable(column), OriginalTypeName = column.Type.ToString(),
                });
            }
            foreach (var key in table.KeyColumns)
            {
                made.PrimaryKeys.Add(key);
            }
            set.Tables.Add(made);
        }
        set.EnsureSchema();
        return set;
    }

    /// <summary>What the server decides is not there yet when a till writes a row.</summary>
    private static bool IsNullable(Column column) => column.Nullable || column.IsByServer;

    private static Type TypeOf(Column column) => column.Type switch
    {
        ColumnType.Integer => typeof(long),
        ColumnType.Guid => typeof(Guid),
        _ => typeof(string),
    };
}
