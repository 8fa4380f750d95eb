using Bookmine.Schema;
using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>What somebody may still claim, or has to pay.</summary>
/// <param name="Name">The contact, or the voucher's number.</param>
/// <param name="TransId">The order's; null for credit and vouchers.</param>
/// <param name="Since">When it began, Unix milliseconds.</param>
public sealed record OwedRow(string Name, Guid? Contact, long? TransId, Guid? Document, long Cents, long Since);

/// <summary>What the shop owes, and what it is owed, at this moment.</summary>
public static class MoneyOwed
{
    private const int Most = 1_000;

    /// <summary>Gift vouchers that are not used up; good in every branch.</summary>
    public static List<OwedRow> Vouchers(Session session) => Read(
        session,
        $"""
        SELECT number, NULL, NULL, NULL, CAST(sum(amount_cents) AS bigint) AS cents, min(coalesce(entered_at, 0)) FROM voucher
        GROUP BY number HAVING sum(amount_cents) <> 0 ORDER BY cents DESC {session.Dialect.Limit("@most")}
        """);

    /// <summary>General Credit of contacts, in all branches together.</summary>
    public static List<OwedRow> Credit(Session session) => Read(
        session,
        $"""
        SELECT coalesce(r.name, ''), x.contact_id, NULL, NULL, x.cents, x.since FROM
            (SELECT coalesce(c.merged_into, k.contact_id) AS contact_id, CAST(sum(k.amount_cents) AS bigint) AS cents, min(coalesce(k.entered_at, 0)) AS since
             FROM credit k LEFT JOIN contact c ON c.id = k.contact_id GROUP BY coalesce(c.merged_into, k.contact_id) HAVING sum(k.amount_cents) <> 0) x
        LEFT JOIN contact r ON r.id = x.contact_id ORDER BY cents DESC {session.Dialect.Limit("@most")}
        """);

    /// <summary>Orders and laybys that are not paid yet.</summary>
    public static List<OwedRow> Orders(Session session, IReadOnlyList<long>? branches) => Read(
        session,
        $"""
        SELECT coalesce(c.name, ''), o.contact_id, o.trans_id, o.id, w.cents, o.started_at FROM
            (SELECT coalesce(d.original_id, d.id) AS root, CAST(sum(p.amount_cents) AS bigint) AS cents
             FROM payment p JOIN document d ON d.id = p.document_id WHERE p.method = '{Schema.PaymentMethods.Owing}'
             GROUP BY coalesce(d.original_id, d.id) HAVING sum(p.amount_cents) <> 0) w
        JOIN document o ON o.id = w.root LEFT JOIN contact c ON c.id = o.contact_id
        WHERE {BranchFilter.In("o.branch", branches)} ORDER BY o.started_at {session.Dialect.Limit("@most")}
        """);

    private static List<OwedRow> Read(Session session, string sql)
    {
        using var reader = session.Query(sql, Most);
        var list = new List<OwedRow>();
        while (reader.Read())
        {
            list.Add(new OwedRow(
                reader.GetString(0), DbValues.ReadGuidOrNull(reader, 1), DbValues.ReadIntegerOrNull(reader, 2), DbValues.ReadGuidOrNull(reader, 3),
                reader.GetInt64(4), reader.GetInt64(5)));
        }
        return list;
    }
}
