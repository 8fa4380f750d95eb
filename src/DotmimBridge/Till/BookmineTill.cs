using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Serialization;
using Dotmim.Sync;
using Dotmim.Sync.Enumerations;
using Dotmim.Sync.Sqlite;
using Dotmim.Sync.Web.Client;
using Microsoft.Data.Sqlite;

namespace Bookmine.ForeignTill;

/// <summary>
/// A till on Dotmim's SQLite client, joined to a Bookmine shop: the settings it needs, and the guard. An application takes this file as it is; it
/// needs Dotmim.Sync.Sqlite and Dotmim.Sync.Web.Client and nothing of Bookmine's.
/// <para>
/// The guard sends every row of what has no TransID yet with each synchronisation, whatever Dotmim's tracking says: a sale whose transaction was open
/// while the tables were read, or that was made under a clock that was set back later, is not passed over. Before the tables are emptied, it sends all
/// that this till has made: the shop's records may have been put back from a backup. And nothing is emptied that was written since.
/// </para>
/// </summary>
public sealed class BookmineTill : IDisposable
{
    private const string Scope = "bookmine";
    private const string Guard = "Bookmine-Guard";
    private const int Protocol = 1;
    private const int Schema = 4;


    /// <summary>What the server knows as this till's, and what was written here and not sent yet.</summary>
    private const string OwnStock = "made_by = @till OR id IN (SELECT id FROM stock_tracking WHERE update_scope_id IS NULL)";

    /// <summary>What a till makes, and which rows of it are meant: of documents that are not posted, or of all that it has made.</summary>
    private static readonly (string Table, string[] Key, string? Unposted, string Own)[] Made =
    [
        ("document", ["id"], "trans_id IS NULL", "till = @till"),
        ("document_line", ["id"], Of("trans_id IS NULL"), Of("till = @till")),
        ("payment", ["id"], Of("trans_id IS NULL"), Of("till = @till")),
        ("stock_movement", ["id"], Of("trans_id IS NULL"), Of("till = @till")),
        ("credit", ["id"], Of("trans_id IS NULL"), Of("till = @till")),
        ("voucher", ["id"], Of("trans_id IS NULL"), Of("till = @till")),
        ("stock", ["id"], null, OwnStock),
        ("contact", ["id"], null, "made_by = @till OR id IN (SELECT id FROM contact_tracking WHERE update_scope_id IS NULL)"),
        ("holding", ["branch", "stock_id"], null, $"stock_id IN (SELECT id FROM stock WHERE {OwnStock})"),
        ("till_event", ["id"], null, "till = @till"),
    ];

    private readonly string file;
    private readonly long till;
    private readonly HttpClient http;

    /// <summary>The till's timestamp when its changes were read, of the synchronisation that is going on: an agent makes one at a time.</summary>
    private long readAt;

    /// <summary>How many rows the till's own tables had then.</summary>
    private long heldThen;

    /// <param name="file">The till's SQLite file; made at the first synchronisation.</param>
    /// <param name="server">The shop's bridge, such as https://books.example.</param>
    /// <param name="identity">From <see cref="EnrolAsync"/>, kept by the application where others cannot read it.</param>
    /// <param name="handler">For a line of its own, such as one that knows the server's certificate; null for the platform's.</param>
    public BookmineTill(string file, Uri server, TillIdentity identity, HttpMessageHandler? handler = null)
    {
        this.file = Path.GetFullPath(file);
        till = identity.Till;
        Directory.CreateDirectory(Path.GetDirectoryName(this.file)!);
        handler ??= new SocketsHttpHandler { UseCookies = false, AutomaticDecompression = DecompressionMethods.GZip };
        http = new HttpClient(handler) { Timeout = TimeSpan.FromMinutes(10) };
        var credentials = string.Create(CultureInfo.InvariantCulture, $"{till}:{identity.Secret}");
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Till", credentials);
        var options = new SyncOptions
        {
            BatchDirectory = Path.Combine(Path.GetDirectoryName(this.file)!, "parts"),
            DisableConstraintsOnApplyChanges = false,
            ConflictResolutionPolicy = ConflictResolutionPolicy.ServerWins,
        };
        // One that fails is made again by the application, when the counter is quiet.
        var remote = new WebRemoteOrchestrator(new Uri(server, "dotmim").ToString(), client: http, syncPolicy: SyncPolicy.WaitAndRetry(0, TimeSpan.Zero));
        Agent = new SyncAgent(new SqliteSyncProvider(this.file), remote, options);
        Agent.LocalOrchestrator.OnLocalTimestampLoaded(args => readAt = args.Context.SyncWay == SyncWay.Upload ? args.LocalTimestamp : readAt);
        Agent.LocalOrchestrator.OnDatabaseChangesSelecting(GuardAsync);
        Agent.LocalOrchestrator.OnDatabaseChangesApplying(SettleAsync);
    }

    /// <summary>Dotmim's agent, for an application's own interceptors.</summary>
    public SyncAgent Agent { get; }

    /// <summary>Trades a code of <c>bookmine-server till enrol-code --foreign</c> for the till's identity, once.</summary>
    /// <exception cref="HttpRequestException">The server refuses it, and says why.</exception>
    public static async Task<TillIdentity> EnrolAsync(Uri server, string code, HttpMessageHandler? handler = null, CancellationToken cancel = default)
    {
        using var http = new HttpClient(handler ?? new SocketsHttpHandler());
        using var asked = JsonContent.Create(new { code, protocol = Protocol, schema = Schema });
        using var answer = await http.PostAsync(new Uri(server, "sync/enrol"), asked, cancel).ConfigureAwait(false);
        return answer.IsSuccessStatusCode
            ? (await answer.Content.ReadFromJsonAsync<TillIdentity>(cancel).ConfigureAwait(false))!
            : throw new HttpRequestException(await answer.Content.ReadAsStringAsync(cancel).ConfigureAwait(false), null, answer.StatusCode);
    }

    /// <summary>Posts what the till has made, and brings its tables up to date.</summary>
    /// <exception cref="SyncException">
    /// The server or the line failed, or the till is not let in; the message says which. Nothing is lost: it is sent again.
    /// </exception>
    public async Task<SyncResult> SynchroniseAsync(CancellationToken cancel = default)
    {
        http.DefaultRequestHeaders.Remove(Guard);
        http.DefaultRequestHeaders.Add(Guard, LastEntry().ToString(CultureInfo.InvariantCulture));
        var result = await Agent.SynchronizeAsync(Scope, (SyncSetup?)null, SyncType.Normal, null, null, cancel).ConfigureAwait(false);
        using var connection = Open();
        Run(connection, """
            CREATE INDEX IF NOT EXISTS bookmine_trans_id ON document (trans_id);
            CREATE INDEX IF NOT EXISTS bookmine_lines ON document_line (document_id);
            CREATE INDEX IF NOT EXISTS bookmine_payments ON payment (document_id);
            CREATE INDEX IF NOT EXISTS bookmine_movements ON stock_movement (document_id);
            CREATE INDEX IF NOT EXISTS bookmine_credits ON credit (document_id);
            CREATE INDEX IF NOT EXISTS bookmine_vouchers ON voucher (document_id);
            CREATE TABLE IF NOT EXISTS bookmine_number (id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), last INTEGER NOT NULL);
            """);
        return result;
    }

    /// <summary>The next D-number of this till, in the transaction that writes the sale: each is given once.</summary>
    /// <exception cref="InvalidOperationException">The till has none left, or has never synchronised.</exception>
    public long NextNumber(SqliteConnection connection, SqliteTransaction transaction)
    {
        var next = Scalar(connection, transaction, """
            SELECT min(CASE WHEN u.last >= b.first THEN u.last + 1 ELSE b.first END) FROM number_block b,
                (SELECT max(coalesce((SELECT last FROM bookmine_number), 0), coalesce((SELECT max(docket) FROM document WHERE till = @till), 0)) AS last) u
            WHERE b.till = @till AND b.last > u.last
            """, till) as long? ?? throw new InvalidOperationException("The till has no numbers left: synchronise.");
        Scalar(connection, transaction, "INSERT INTO bookmine_number (id, last) VALUES (1, @till) ON CONFLICT (id) DO UPDATE SET last = excluded.last", next);
        return next;
    }

    public void Dispose() => http.Dispose();

    private static string Of(string documents) => $"document_id IN (SELECT id FROM document WHERE {documents})";

    /// <summary>Asked when Dotmim is about to read the changes: what is to be sent counts as changed after the last synchronisation.</summary>
    private async Task GuardAsync(DatabaseChangesSelectingArgs args)
    {
        if (args.IsNew)
        {
            return;
        }
        foreach (var (table, key, unposted, own) in Made)
        {
            if ((args.Context.SyncType == SyncType.Normal ? unposted : own) is not { } meant)
            {
                continue;
            }
            var keys = string.Join(", ", key);
            await using var command = args.Connection.CreateCommand();
            command.Transaction = args.Transaction;
            command.CommandText =
                $"""
                INSERT INTO {table}_tracking ({keys}, update_scope_id, sync_row_is_tombstone, timestamp, last_change_datetime)
                SELECT {keys}, NULL, 0, max(@read, @from + 1), datetime('now') FROM {table} WHERE {meant}
                ON CONFLICT ({keys}) DO UPDATE SET update_scope_id = NULL, sync_row_is_tombstone = 0, timestamp = excluded.timestamp
                """;
            command.Parameters.Add(new SqliteParameter("@from", args.FromTimestamp ?? 0));
            command.Parameters.Add(new SqliteParameter("@read", readAt));
            command.Parameters.Add(new SqliteParameter("@till", till));
            await command.ExecuteNonQueryAsync().ConfigureAwait(false);
        }
        heldThen = await CountAsync(args.Connection, args.Transaction).ConfigureAwait(false);
    }

    /// <summary>
    /// What was sent is no change any more, in the transaction that takes the answer: else Dotmim would hold each row that comes back for a conflict, and
    /// resolve it by itself, at thrice the time.
    /// </summary>
    private async Task SettleAsync(DatabaseChangesApplyingArgs args)
    {
        if (args.Context.SyncType != SyncType.Normal && await CountAsync(args.Connection, args.Transaction).ConfigureAwait(false) != heldThen)
        {
            throw new InvalidOperationException("Something was sold while the till was about to begin afresh: nothing was emptied. Synchronise again.");
        }
        if (args.Context.SyncType != SyncType.Normal || args.ApplyChanges.LastTimestamp is not { } from)
        {
            return;
        }
        foreach (var (table, _, _, _) in Made)
        {
            await using var command = args.Connection.CreateCommand();
            command.Transaction = args.Transaction;
            command.CommandText =
                $"""
                UPDATE {table}_tracking SET timestamp = @from - 1
                WHERE timestamp >= @from AND timestamp <= @read AND update_scope_id IS NULL AND sync_row_is_tombstone = 0
                """;
            command.Parameters.Add(new SqliteParameter("@from", from));
            command.Parameters.Add(new SqliteParameter("@read", Math.Max(readAt, from + 1)));
            await command.ExecuteNonQueryAsync().ConfigureAwait(false);
        }
    }

    private static async Task<long> CountAsync(DbConnection connection, DbTransaction? transaction)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"SELECT {string.Join(" + ", Made.Select(m => $"(SELECT count(*) FROM {m.Table})"))}";
        return (long)(await command.ExecuteScalarAsync().ConfigureAwait(false))!;
    }

    /// <summary>
    /// Up to which entry the server has posted what this till made, as far as the till has heard: one that has not come as far was put back from a backup.
    /// </summary>
    private long LastEntry()
    {
        if (!File.Exists(file))
        {
            return 0;
        }
        using var connection = Open();
        return Scalar(connection, null, "SELECT name FROM sqlite_master WHERE name = 'till_head'", till) is null ? 0
            : Scalar(connection, null, "SELECT n FROM till_head WHERE till = @till", till) as long? ?? 0;
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={file}");
        connection.Open();
        return connection;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static object? Scalar(SqliteConnection connection, SqliteTransaction? transaction, string sql, long value)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        command.Parameters.AddWithValue("@till", value);
        return command.ExecuteScalar() is { } found and not DBNull ? found : null;
    }
}

/// <summary>What an enrolled till is known by. The secret is a password: whoever has it is the till.</summary>
public sealed record TillIdentity(
    [property: JsonPropertyName("till")] long Till, [property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("branch")] long Branch,
    [property: JsonPropertyName("secret")] string Secret, [property: JsonPropertyName("proof")] string? Proof);
