using System.Text.Json;
using Bookmine.ForeignTill;
using Dotmim.Sync;
using Microsoft.Data.Sqlite;

namespace Bookmine.DotmimStory;

/// <summary>A till, whole: it enrols once, sells what is scanned, synchronises, and finds a sale by the number on its docket.</summary>
internal static class SmallTill
{
    public static async Task RunAsync(string folder, Uri server, string? code, TextReader scanner, TextWriter screen)
    {
        var (file, keys) = (Path.Combine(folder, "till.db"), Path.Combine(folder, "till.json"));
        if (code is not null)
        {
            // A password: keep it where others cannot read.
            File.WriteAllText(keys, JsonSerializer.Serialize(await BookmineTill.EnrolAsync(server, code)));
        }
        var identity = JsonSerializer.Deserialize<TillIdentity>(File.ReadAllText(keys))!;
        using var till = new BookmineTill(file, server, identity);
        for (var scanned = "sync"; !string.IsNullOrEmpty(scanned); scanned = scanner.ReadLine())
        {
            using var database = new SqliteConnection($"Data Source={file}");
            database.Open();
            screen.WriteLine(
                scanned == "sync" ? await SynchroniseAsync(till)
                : scanned[0] == 'D' ? Ask(database, "SELECT 'sale ' || coalesce(trans_id, 'not posted yet') FROM document WHERE docket = @a", scanned[1..])
                : Sell(database, till, identity, scanned));
        }
    }

    private static async Task<string> SynchroniseAsync(BookmineTill till)
    {
        try
        {
            return $"{(await till.SynchroniseAsync()).TotalChangesUploadedToServer} rows brought";
        }
        catch (SyncException away)
        {
            return $"not now ({away.Message}); sales go on";
        }
    }

    private static string Sell(SqliteConnection database, BookmineTill till, TillIdentity me, string isbn)
    {
        if (Ask(database, "SELECT id FROM stock WHERE isbn13 = @a", isbn) is not { } stock
            || Ask(database, "SELECT price_cents FROM holding WHERE stock_id = @a", stock) is not { } cents)
        {
            return "not known here";
        }
        using var sale = database.BeginTransaction();
        var (id, number, now) = (Guid.CreateVersion7(), till.NextNumber(database, sale), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        Put(database, "document", "id, docket, kind, branch, till, started_at, shipped_at, total_cents, disconnected", id, number, "sale", me.Branch, me.Till, now, now, cents, 1);
        Put(database, "document_line", "id, document_id, branch, line, stock_id, title, qty, unit_price_cents, discount_cents, tax_rate_bp",
            Guid.CreateVersion7(), id, me.Branch, 1, stock, isbn, 1, cents, 0, 0);
        Put(database, "payment", "id, document_id, branch, method, amount_cents, change, taken_at", Guid.CreateVersion7(), id, me.Branch, "cash", cents, 0, now);
        Put(database, "stock_movement", "id, document_id, branch, stock_id, qty, value_cents, reason, taken_at", Guid.CreateVersion7(), id, me.Branch, stock, -1, cents, "sale", now);
        sale.Commit();
        return $"D{number}  {cents}";
    }

    private static void Put(SqliteConnection database, string table, string columns, params object[] values) =>
        Ask(database, $"INSERT INTO {table} ({columns}) VALUES ({string.Join(", ", values.Select((_, i) => "@" + (char)('a' + i)))})", values);

    private static object? Ask(SqliteConnection database, string sql, params object[] values)
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddRange(values.Select((value, i) => new SqliteParameter("@" + (char)('a' + i), value)));
        return command.ExecuteScalar();
    }
}
