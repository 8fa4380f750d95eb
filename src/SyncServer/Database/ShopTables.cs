using System.Collections.Frozen;
using Bookmine.Schema;
using Bookmine.Sync.Setup;

namespace Bookmine.SyncServer.Database;

/// <summary>A table as it is carried from one database to another.</summary>
/// <param name="Key">The columns of its primary key, by which its rows are ordered alike on every engine.</param>
/// <param name="Guids">Which of the columns hold GUIDs: one engine has a type for them, and another has not.</param>
public sealed record ShopTable(string Name, IReadOnlyList<string> Key, IReadOnlyList<string> Columns, FrozenSet<string> Guids);

/// <summary>
/// Every table of a shop's database, the last of them the one that makes it a shop. Tests compare the list with each engine's catalogue.
/// </summary>
public static class ShopTables
{
    public static readonly IReadOnlyList<ShopTable> All =
    [
        .. BookmineSetup.Instance.Tables.Select(Replicated),
        Of(
            "till", "id", "name", "branch", "secret_hash", "state", "enrolled_at", "seen_at", "unposted", "reprovision_from", "program",
                "leased_at", "parent",
            "forked_at", "kept", "is_foreign", "report"),
        Of("till_branch", "till branch", "since"),
        Of("enrol_code", "code_hash", "till_name", "branch", "expires_at", "used_at", "is_foreign"),
        Of("counter", "id", "trans_id", "posted_at", "block", "epoch_first", "till", "posting"),
        Of("posting", "seq", "document_id:guid"),
        Of("day_closing", "branch day", "closed_at", "closed_by", "posting", "figures", "note", "mac"),
        Of("in_house_ean", "id", "last"),
        Of("not_duplicate", "a:guid b:guid", "said_at", "said_by"),
        Of(
            "import_batch", "id", "kind", "branch", "name", "hash", "options", "made_by", "begun_at", "beat_at", "ended_at", "state", "done",
                "made", "changed",
            "same", "rejected", "told", "undone_at", "undone_by"),
        Of("import_change", "batch n", "record:guid", "deed", "fields", "qty", "at"),
        Of("import_part", "batch part", "bytes"),
        Of("stock_merge", "stock_id:guid", "at"),
        Of("external_key", "source tab name", "record:guid"),
        Of("answered", "api_key name", "hash", "answer", "at"),
        Of("account", "purpose", "code", "name"),
        Of("email_outbox", "email:guid", "state", "tries", "next_at", "told", "settled_at"),
        Of("stock_count", "branch stock_id:guid at", "qty", "batch", "counted_by"),
        Of(
            "dropped", "id", "till", "n", "synchronisation:guid", "operator", "made_at", "dropped_at", "tab", "row_key", "field", "till_value",
            "server_value", "reason", "settled_at", "settled_by", "settled_as", "note"),
        Of("finding", "id", "till", "n", "kind", "subject", "text", "noted_at", "resolved_at", "resolved_by", "note"),
        Of("finding_occurrence", "till n finding"),
        Of("command", "request_id:guid", "till", "received_at", "answer"),
        Of("lookup", "id", "till", "asked_at", "number", "found"),
        Of("audit", "id", "at", "actor", "face", "source", "deed", "subject", "detail", "done"),
        Of("heartbeat", "host", "booted_at", "believed_at", "beats"),
        Of("person", "id", "name", "password_hash", "role", "branches", "disabled", "failed", "locked_until", "made_at"),
        Of("api_key", "id", "name", "key_hash", "scopes", "branch", "made_at", "used_at", "revoked_at"),
        Of("protection_key", "id", "xml"),
        Of("server_key", "fingerprint", "state", "private_key", "made_at"),
        Of("sync_dirty", "id", "tab", "k_int", "k_guid:guid"),
        Of("sync_bucket", "id", "name"),
        Of("sync_feed", "seq", "bucket", "tab", "k_int", "k_guid:guid", "removed", "bytes", "hash"),
        Of("sync_mark", "at", "seq", "forgotten"),
        Of("sync_kept", "client", "after"),
        Of("sync_digest", "bucket tab", "rows", "sum"),
        Of("sync_client", "client", "acknowledged", "chain"),
        Of("sync_inbox", "client n", "id:guid", "kind", "format", "sealed_at", "hash", "chain", "payload", "synchronisation:guid", "received_at",
            "state", "result"),
        Of("sync_fork", "id:guid", "client", "n", "kind", "format", "sealed_at", "hash", "payload", "received_at", "state"),
        Of("sync_desk", "id", "entry:guid", "at", "deed", "why", "payload", "hash", "number"),
        Of("sync_state", "id", "epoch", "tip", "head", "triggers", "proof_key"),
    ];

    private static ShopTable Replicated(SyncTable table) => new(
        table.Name, table.KeyColumns, [.. table.Columns.Select(c => c.Name)],
            table.Columns.Where(c => c.Type == ColumnType.Guid).Select(c => c.Name).ToFrozenSet());

    private static ShopTable Of(string name, string key, params string[] others)
    {
        var columns = key.Split(' ').Concat(others).ToList();
        return new ShopTable(
            name, [.. key.Split(' ').Select(Name)], columns.ConvertAll(Name),
                columns.Where(c => c.EndsWith(":guid", StringComparison.Ordinal)).Select(Name).ToFrozenSet());
    }

    private static string Name(string column) => column.Split(':')[0];
}
