using System.Text;
using Bookmine.ForeignTill;
using Dotmim.Sync;
using Dotmim.Sync.Enumerations;
using Microsoft.Data.Sqlite;

namespace Bookmine.DotmimStory;

/// <summary>An application that sells, and writes its tables with SQL as any would.</summary>
internal sealed class Counter(string file, TillIdentity identity, Uri server, Line? line = null) : IDisposable
{
    public BookmineTill Till { get; } = new(file, server, identity, line ?? new Line());

    public TillIdentity Identity => identity;

    public async Task<SyncResult> SyncAsync(SyncType type = SyncType.Normal) => type == SyncType.Normal ? await Till.SynchroniseAsync()
        : await Till.Agent.SynchronizeAsync("bookmine", (SyncSetup?)null, type, null, null, default);

    public SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={file}");
        connection.Open();
        return connection;
    }

    public object? One(string sql, params (string Name, object? Value)[] values)
    {
        using var connection = Open();
        return Run(connection, null, sql, values);
    }

    public long Long(string sql, params (string Name, object? Value)[] values) => One(sql, values) as long? ?? 0;

    public Guid StockOf(long isbn) => (Guid)Converted(One("SELECT id FROM stock WHERE isbn13 = @isbn", ("@isbn", isbn)))!;

    /// <summary>A sale of one line in one transaction.</summary>
    public (Guid Id, long Number) Sell(Guid stock, long cents, long qty = 1, Guid? contact = null)
    {
        using var connection = Open();
        using var transaction = connection.BeginTransaction();
        var sale = Write(connection, transaction, stock, cents, qty, contact);
        transaction.Commit();
        return sale;
    }

    public (Guid Id, long Number) Write(SqliteConnection c, SqliteTransaction t, Guid stock, long cents, long qty = 1, Guid? contact = null)
    {
        var number = Till.NextNumber(c, t);
        return (Write(c, t, identity, number, stock, cents, qty, contact), number);
    }

    public static Guid Write(SqliteConnection c, SqliteTransaction t, TillIdentity identity, long number, Guid stock, long cents, long qty = 1, Guid? contact = null)
    {
        var (id, now) = (Guid.CreateVersion7(), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        Insert(c, t, "document", ("id", id), ("docket", number), ("kind", "sale"), ("branch", identity.Branch), ("till", identity.Till), ("operator", "07"),
            ("contact_id", contact), ("started_at", now), ("shipped_at", now), ("total_cents", qty * cents), ("disconnected", 1L));
        Insert(c, t, "document_line", ("id", Guid.CreateVersion7()), ("document_id", id), ("branch", identity.Branch), ("line", 1L), ("stock_id", stock), ("title", "A title"),
            ("qty", qty), ("unit_price_cents", cents), ("discount_cents", 0L), ("tax_rate_bp", 1000L));
        Insert(c, t, "payment", ("id", Guid.CreateVersion7()), ("document_id", id), ("branch", identity.Branch), ("method", "cash"), ("amount_cents", qty * cents),
            ("change", 0L), ("taken_at", now));
        Insert(c, t, "stock_movement", ("id", Guid.CreateVersion7()), ("document_id", id), ("branch", identity.Branch), ("stock_id", stock), ("qty", -qty),
            ("value_cents", qty * cents), ("reason", "sale"), ("taken_at", now));
        Run(c, t, "UPDATE holding SET on_hand = on_hand - @qty WHERE branch = @branch AND stock_id = @stock", [("@qty", qty), ("@branch", identity.Branch), ("@stock", stock)]);
        return id;
    }

    public static void Insert(SqliteConnection c, SqliteTransaction? t, string table, params (string Column, object? Value)[] values) => Run(
        c, t, $"INSERT INTO {table} ({string.Join(", ", values.Select(v => v.Column))}) VALUES ({string.Join(", ", values.Select(v => "@" + v.Column))})",
        [.. values.Select(v => ("@" + v.Column, v.Value))]);

    public void Dispose()
    {
        Till.Dispose();
        SqliteConnection.ClearAllPools();
    }

    private static object? Run(SqliteConnection c, SqliteTransaction? t, string sql, (string Name, object? Value)[] values)
    {
        using var command = c.CreateCommand();
        (command.Transaction, command.CommandText) = (t, sql);
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }
        return command.ExecuteScalar() is { } found and not DBNull ? found : null;
    }

    private static object? Converted(object? value) => value switch
    {
        string text when Guid.TryParse(text, out var guid) => guid,
        byte[] { Length: 16 } bytes => new Guid(bytes),
        _ => value,
    };
}

/// <summary>A line that loses answers and sends twice.</summary>
internal sealed class Line : DelegatingHandler
{
    public Line() => InnerHandler = new SocketsHttpHandler { UseCookies = false };

    /// <summary>Of requests that carry changes: how many answers to lose.</summary>
    public int Lost { get; set; }

    /// <summary>Whether each request with changes is sent twice at the same moment.</summary>
    public bool IsDoubled { get; set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        // 4 is Dotmim's step of sending changes, and the last part is the one that posts.
        var carries = request.Headers.TryGetValues("dotmim-sync-step", out var step) && step.First() == "4"
            && Encoding.UTF8.GetString(body).Contains("\"islb\":true", StringComparison.Ordinal);
        var twin = IsDoubled && carries ? base.SendAsync(Copy(request, body), cancellationToken) : null;
        var answer = await base.SendAsync(request, cancellationToken);
        if (twin is not null)
        {
            (await twin).Dispose();
        }
        await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        if (carries && Lost > 0)
        {
            Lost--;
            answer.Dispose();
            throw new HttpRequestException("the answer was lost");
        }
        return answer;
    }

    private static HttpRequestMessage Copy(HttpRequestMessage request, byte[] body)
    {
        var copy = new HttpRequestMessage(request.Method, request.RequestUri) { Content = new ByteArrayContent(body) };
        foreach (var header in request.Headers)
        {
            copy.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }
        foreach (var header in request.Content!.Headers)
        {
            copy.Content.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }
        return copy;
    }
}
