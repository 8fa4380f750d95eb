using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
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
    private const int Protocol = 1;
    private const int Schema = 4;

    /// <summary>Tables that tills write.</summary>
    private static readonly string[] Written =
        ["document", "document_line", "payment", "stock_movement", "credit", "voucher", "stock", "contact", "holding", "email", "till_event"];

    /// <summary>A document that is not posted, whatever was sent of it, and what belongs to it.</summary>
    private static readonly (string Table, string Meant)[] Unposted = [("document", "trans_id IS NULL"), .. Parts("trans_id IS NULL")];

    /// <summary>What the till has made, of the months that the shop's records may have lost.</summary>
    private static readonly (string Table, string Meant)[] Own =
    [
        ("document", OwnDocuments), .. Parts(OwnDocuments), ("stock_movement", "document_id IS NULL"), ("till_event", "till = @till"),
        ("stock", OwnRecords("stock")), ("contact", OwnRecords("contact")), ("holding", $"stock_id IN (SELECT id FROM stock WHERE {OwnRecords("stock")})"),
    ];

    private const string OwnDocuments =
        "till = @till AND (trans_id IS NULL OR month IS NULL OR month >= CAST(strftime('%Y%m', 'now', '-4 months') AS INTEGER))";

    /// <summary>In the place of the server's mark, on what was sent and has not come back.</summary>
    private const string Sent = "00000000-0000-0000-0000-000000000000";

    private const string Tables =
        """
        CREATE TABLE IF NOT EXISTS bookmine_number (id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), last INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS bookmine_proof (id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), proof TEXT NOT NULL, blocks TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS bookmine_sent (tab TEXT NOT NULL, row INTEGER NOT NULL, stamp INTEGER NOT NULL, PRIMARY KEY (tab, row)) WITHOUT ROWID;
        """;

    private static readonly string Indexes = string.Concat(
        Written[1..6].Select(table => $"CREATE INDEX IF NOT EXISTS bookmine_{table} ON {table} (document_id);")
            .Concat(Written.Select(table =>
                $"CREATE INDEX IF NOT EXISTS bookmine_unsent_{table} ON {table}_tracking (timestamp) WHERE update_scope_id IS NULL;"))
            .Append("CREATE INDEX IF NOT EXISTS bookmine_trans_id ON document (trans_id); CREATE INDEX IF NOT EXISTS bookmine_docket ON document (docket);"));

    private readonly string file;
    private readonly TillIdentity identity;
    private readonly Memory memory;
    private readonly HttpClient http;

    /// <summary>The till's timestamp when its changes were read, of the synchronisation that is going on: an agent makes one at a time.</summary>
    private long readAt;

    /// <param name="file">The till's SQLite file; made at the first synchronisation.</param>
    /// <param name="server">The shop's bridge, such as https://books.example.</param>
    /// <param name="identity">From <see cref="EnrolAsync"/>, kept by the application where others cannot read it.</param>
    /// <param name="handler">For a line of its own, such as one that knows the server's certificate; null for the platform's.</param>
    public BookmineTill(string file, Uri server, TillIdentity identity, HttpMessageHandler? handler = null)
    {
        this.file = Path.GetFullPath(file);
        this.identity = identity;
        Directory.CreateDirectory(Path.GetDirectoryName(this.file)!);
        memory = new Memory(server, identity, handler ?? new SocketsHttpHandler { UseCookies = false, AutomaticDecompression = DecompressionMethods.GZip });
        http = new HttpClient(memory) { Timeout = TimeSpan.FromMinutes(10) };
        var options = new SyncOptions
        {
            BatchDirectory = Path.Combine(Path.GetDirectoryName(this.file)!, "parts"),
            DisableConstraintsOnApplyChanges = false,
            ConflictResolutionPolicy = ConflictResolutionPolicy.ServerWins,
            // It goes by timestamps, and would take the marks of what was written under a clock that was set back later.
            CleanMetadatas = false,
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
        using (var connection = Open())
        {
            Run(connection, Tables);
            memory.Proof = Scalar(connection, null, "SELECT proof FROM bookmine_proof") as string;
            memory.Know(Scalar(connection, null, "SELECT blocks FROM bookmine_proof") as string, identity.Block);
        }
        var result = await Agent.SynchronizeAsync(Scope, (SyncSetup?)null, SyncType.Normal, null, null, cancel).ConfigureAwait(false);
        using var after = Open();
        Run(after, Indexes);
        return result;
    }

    /// <summary>The next D-number of this till, in the transaction that writes the sale: each is given once.</summary>
    /// <exception cref="InvalidOperationException">The till has none left, or has never synchronised.</exception>
    public long NextNumber(SqliteConnection connection, SqliteTransaction transaction)
    {
        // A file that is new does not know what was printed before it: it begins with the latest block.
        var begun = Scalar(connection, transaction, "SELECT last FROM bookmine_number") as long?
            ?? Scalar(connection, transaction, "SELECT max(first) - 1 FROM number_block WHERE till = @a", identity.Till) as long? ?? 0;
        var last = Scalar(connection, transaction, "SELECT max(docket) FROM document WHERE till = @a AND docket > @b", identity.Till, begun) as long? ?? begun;
        const string free = "SELECT min(max(first, @b + 1)) FROM number_block WHERE till = @a AND last > @b";
        var next = Scalar(connection, transaction, free, identity.Till, last) as long?
            ?? throw new InvalidOperationException("The till has no numbers left: synchronise.");
        Scalar(connection, transaction, "INSERT INTO bookmine_number (id, last) VALUES (1, @a) ON CONFLICT (id) DO UPDATE SET last = excluded.last", next);
        return next;
    }

    public void Dispose() => http.Dispose();

    private static IEnumerable<(string, string)> Parts(string documents) => Written[1..6].Select(table =>
        (table, $"document_id IN (SELECT id FROM document WHERE {documents})"));

    private static string OwnRecords(string table) => $"made_by = @till OR id IN (SELECT id FROM {table}_tracking WHERE update_scope_id = '{Sent}')";

    /// <summary>
    /// Asked when Dotmim is about to read the changes: what was never acknowledged counts as changed after the last synchronisation, and so does what has to
    /// be sent again. What is sent is written down.
    /// </summary>
    private async Task GuardAsync(DatabaseChangesSelectingArgs args)
    {
        if (args.IsNew)
        {
            return;
        }
        var sql = new StringBuilder("BEGIN IMMEDIATE; DELETE FROM bookmine_sent;");
        foreach (var (table, meant) in args.Context.SyncType == SyncType.Normal || !memory.SendsAll ? Unposted : Own)
        {
            var key = KeyOf(table);
            sql.Append(CultureInfo.InvariantCulture, $"""
                INSERT INTO {table}_tracking ({key}, update_scope_id, sync_row_is_tombstone, timestamp, last_change_datetime)
                SELECT {key}, NULL, 0, max(@read, @from + 1), datetime('now') FROM {table} WHERE {meant}
                ON CONFLICT ({key}) DO UPDATE SET update_scope_id = NULL, sync_row_is_tombstone = 0, timestamp = excluded.timestamp;

                """);
        }
        foreach (var table in Written)
        {
            sql.Append(CultureInfo.InvariantCulture, $"""
                UPDATE {table}_tracking SET timestamp = @from + 1 WHERE update_scope_id IS NULL AND timestamp <= @from;
                INSERT INTO bookmine_sent (tab, row, stamp) SELECT '{table}', rowid, timestamp FROM {table}_tracking WHERE update_scope_id IS NULL;

                """);
        }
        await RunAsync(args.Connection, args.Transaction, sql.Append("COMMIT;").ToString(), args.FromTimestamp ?? 0).ConfigureAwait(false);
    }

    /// <summary>
    /// What was sent, and has not changed since, is acknowledged, in the transaction that takes the answer: else Dotmim would hold each row that comes back
    /// for a conflict, and resolve it by itself, at thrice the time. Nothing is emptied that was written since it was read.
    /// </summary>
    private async Task SettleAsync(DatabaseChangesApplyingArgs args)
    {
        if (args.Context.SyncType != SyncType.Normal)
        {
            await DemandAllSentAsync(args.Connection, args.Transaction).ConfigureAwait(false);
        }
        else if (args.ApplyChanges.LastTimestamp is { } from)
        {
            var sql = string.Concat(Written.Select(table => $"""
                UPDATE {table}_tracking SET timestamp = min(timestamp, @from - 1), update_scope_id = '{Sent}'
                WHERE rowid IN (SELECT row FROM bookmine_sent WHERE tab = '{table}') AND update_scope_id IS NULL
                    AND timestamp = (SELECT stamp FROM bookmine_sent s WHERE s.tab = '{table}' AND s.row = {table}_tracking.rowid);

                """));
            await RunAsync(args.Connection, args.Transaction, sql, from).ConfigureAwait(false);
        }
        await using var kept = args.Connection.CreateCommand();
        kept.Transaction = args.Transaction;
        kept.CommandText =
            "INSERT INTO bookmine_proof (id, proof, blocks) VALUES (1, @a, @b) ON CONFLICT (id) DO UPDATE SET proof = excluded.proof, blocks = excluded.blocks";
        kept.Parameters.Add(new SqliteParameter("@a", memory.Proof ?? "-"));
        kept.Parameters.Add(new SqliteParameter("@b", memory.Blocks));
        await kept.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    private static string KeyOf(string table) => table == "holding" ? "branch, stock_id" : "id";

    /// <exception cref="InvalidOperationException">Something is there that was not sent.</exception>
    private static async Task DemandAllSentAsync(DbConnection connection, DbTransaction? transaction)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"SELECT {string.Join(" + ", Written.Select(table => $"""
            (SELECT count(*) FROM {table}_tracking t WHERE update_scope_id IS NULL
                AND NOT EXISTS (SELECT 1 FROM bookmine_sent s WHERE s.tab = '{table}' AND s.row = t.rowid AND s.stamp = t.timestamp))
            """))}";
        if ((long)(await command.ExecuteScalarAsync().ConfigureAwait(false))! > 0)
        {
            throw new InvalidOperationException("Something was sold while the till was about to begin afresh: nothing was emptied. Synchronise again.");
        }
    }

    private async Task RunAsync(DbConnection connection, DbTransaction? transaction, string sql, long from)
    {
        await using var command = connection.CreateCommand();
        (command.Transaction, command.CommandText) = (transaction, sql);
        command.Parameters.Add(new SqliteParameter("@from", from));
        command.Parameters.Add(new SqliteParameter("@read", readAt));
        command.Parameters.Add(new SqliteParameter("@till", identity.Till));
        await command.ExecuteNonQueryAsync().ConfigureAwait(false);
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

    private static object? Scalar(SqliteConnection connection, SqliteTransaction? transaction, string sql, params object[] values)
    {
        using var command = connection.CreateCommand();
        (command.Transaction, command.CommandText) = (transaction, sql);
        command.Parameters.AddRange(values.Select((value, i) => new SqliteParameter("@" + (char)('a' + i), value)));
        return command.ExecuteScalar() is { } found and not DBNull ? found : null;
    }

    /// <summary>
    /// Who the till is, in each request, and the server's word that it keeps. A server whose records were put back from before the till's enrolment does not
    /// know it: it shows the word that it was enrolled, and asks again.
    /// </summary>
    private sealed class Memory(Uri server, TillIdentity identity, HttpMessageHandler line) : DelegatingHandler(line)
    {
        private const string Guard = "Bookmine-Guard";
        private const string Leased = "Bookmine-Blocks";
        private const string Sends = "Bookmine-Sends";
        private readonly SortedSet<string> blocks = [];

        public string? Proof { get; set; }

        /// <summary>Each block of numbers it was ever leased, with the server's word on it.</summary>
        public string Blocks => string.Join(' ', blocks);

        /// <summary>Whether the server wants all that the till has made, before it begins afresh.</summary>
        public bool SendsAll { get; private set; }

        public void Know(params ReadOnlySpan<string?> lists)
        {
            foreach (var list in lists)
            {
                blocks.UnionWith((list ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries));
            }
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var credentials = string.Create(CultureInfo.InvariantCulture, $"{identity.Till}:{identity.Secret}");
            request.Headers.Authorization = new AuthenticationHeaderValue("Till", credentials);
            request.Headers.TryAddWithoutValidation(Guard, Proof ?? "-");
            request.Headers.TryAddWithoutValidation(Leased, Blocks);
            await (request.Content?.LoadIntoBufferAsync(cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
            var answer = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (answer.StatusCode == HttpStatusCode.Unauthorized && await IsKnownAgainAsync(cancellationToken).ConfigureAwait(false))
            {
                answer.Dispose();
                answer = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            }
            Proof = answer.Headers.TryGetValues(Guard, out var proof) ? proof.First() : Proof;
            // 13 is Dotmim's step that asks whether to begin afresh.
            SendsAll = request.Headers.TryGetValues("dotmim-sync-step", out var step) && step.First() == "13" ? answer.Headers.Contains(Sends) : SendsAll;
            Know(answer.Headers.TryGetValues(Leased, out var leased) ? leased.First() : null);
            return answer;
        }

        private async Task<bool> IsKnownAgainAsync(CancellationToken cancel)
        {
            using var asked = new HttpRequestMessage(HttpMethod.Post, new Uri(server, "sync/readmit"));
            asked.Content = JsonContent.Create(new
            {
                till = identity.Till, name = identity.Name, branch = identity.Branch, secret = identity.Secret, proof = identity.Proof ?? "",
                epoch = (string?)null, is_foreign = true,
            });
            using var answer = await base.SendAsync(asked, cancel).ConfigureAwait(false);
            return answer.IsSuccessStatusCode;
        }
    }
}

/// <summary>What an enrolled till is known by. The secret is a password: whoever has it is the till.</summary>
/// <param name="Proof">The server's word that it enrolled the till.</param>
public sealed record TillIdentity(
    [property: JsonPropertyName("till")] long Till, [property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("branch")] long Branch,
    [property: JsonPropertyName("secret")] string Secret, [property: JsonPropertyName("proof")] string? Proof,
    [property: JsonPropertyName("block_first")] long First = 0, [property: JsonPropertyName("block_last")] long Last = 0,
    [property: JsonPropertyName("block_mac")] string? Mac = null)
{
    /// <summary>Its first block of numbers, with the server's word on it.</summary>
    [JsonIgnore]
    public string? Block => Mac is null ? null : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}-{Mac}");
}
