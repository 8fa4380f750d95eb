using Bookmine.Schema;
using Bookmine.Sync.Setup;
using Dotmim.Sync;
using Dotmim.Sync.PostgreSql;
using Dotmim.Sync.Web.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using DotmimSetup = Dotmim.Sync.SyncSetup;
using SyncTable = Bookmine.Sync.Setup.SyncTable;

namespace Bookmine.DotmimStory;

/// <summary>Dotmim's own server over the same tables, as its documentation sets one up: for measuring beside.</summary>
internal static class Peer
{
    /// <summary>What a sale is made of, and what it needs.</summary>
    private static readonly SyncTable[] Tables =
        [BookmineSetup.Stock, BookmineSetup.Holding, BookmineSetup.Document, BookmineSetup.DocumentLine, BookmineSetup.Payment, BookmineSetup.StockMovement];

    public static async Task ServeAsync(string url, string connection)
    {
        await MakeTablesAsync(connection);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseSetting("urls", url);
        builder.Services.AddDistributedMemoryCache();
        builder.Services.AddSession(session => session.IdleTimeout = TimeSpan.FromMinutes(30));
        builder.Services.AddSyncServer(new NpgsqlSyncProvider(connection), new DotmimSetup([.. Tables.Select(t => t.Name)]), new SyncOptions());
        var app = builder.Build();
        app.UseSession();
        app.MapPost("/sync", (Microsoft.AspNetCore.Http.HttpContext http, WebServerAgent agent) => agent.HandleRequestAsync(http));
        await app.StartAsync();
        Console.WriteLine($"listening on {app.Urls.First()}");
        await app.WaitForShutdownAsync();
    }

    private static async Task MakeTablesAsync(string connection)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        foreach (var table in Tables)
        {
            var columns = table.Columns.Select(c => $"{c.Name} {TypeOf(c)}{(table.IsKey(c.Ordinal) ? " NOT NULL" : "")}");
            await using var made = source.CreateCommand($"CREATE TABLE {table.Name} ({string.Join(", ", columns)}, PRIMARY KEY ({string.Join(", ", table.KeyColumns)}))");
            await made.ExecuteNonQueryAsync();
        }
        await using var stock = source.CreateCommand("INSERT INTO stock (id, code, title) VALUES (gen_random_uuid(), 'one', 'Title 1')");
        await stock.ExecuteNonQueryAsync();
        await using var holding = source.CreateCommand("INSERT INTO holding (branch, stock_id, price_cents, on_hand) SELECT 1, id, 1001, 50 FROM stock");
        await holding.ExecuteNonQueryAsync();
    }

    private static string TypeOf(Column column) => column.Type switch
    {
        ColumnType.Integer => "bigint",
        ColumnType.Guid => "uuid",
        _ => "text",
    };
}
