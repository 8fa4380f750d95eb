using System.Globalization;
using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.Reports;

/// <summary>The shop's books against themselves: references, money, counts, numbers.</summary>
public static class BookCheck
{
    private static readonly (string Fault, string Count)[] Checks =
    [
        ("documents whose payments are not their total",
            "SELECT count(*) FROM document d WHERE d.total_cents <> (SELECT coalesce(sum(amount_cents), 0) FROM payment p WHERE p.document_id = d.id)"),
        ("documents whose lines are not their total",
            "SELECT count(*) FROM document d WHERE d.total_cents <> (SELECT coalesce(sum(qty * unit_price_cents - discount_cents), 0) FROM document_line l WHERE l.document_id = d.id)"),
        ("lines without a document", "SELECT count(*) FROM document_line l WHERE NOT EXISTS (SELECT 1 FROM document d WHERE d.id = l.document_id)"),
        ("payments without a document", "SELECT count(*) FROM payment p WHERE NOT EXISTS (SELECT 1 FROM document d WHERE d.id = p.document_id)"),
        ("holdings that are not the sum of their movements",
            """
            SELECT count(*) FROM holding h WHERE h.on_hand <>
                (SELECT coalesce(sum(qty), 0) FROM stock_movement m WHERE m.stock_id = h.stock_id AND m.branch = h.branch)
            """),
        ("gaps in the TransIDs", "SELECT coalesce(max(d.trans_id) - max(c.epoch_first) + 1 - count(*), 0) FROM counter c JOIN document d ON d.trans_id >= c.epoch_first"),
        ("postings dated earlier than one with a lower TransID",
            "SELECT count(*) FROM (SELECT posted_at, lag(posted_at) OVER (ORDER BY trans_id) AS before FROM document) x WHERE posted_at < before"),
    ];

    public static IReadOnlyList<string> Run(Session session) =>
    [
        .. Checks.Select(c => (c.Fault, Count: session.Integer(c.Count) ?? 0)).Where(c => c.Count != 0)
            .Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Count} {c.Fault}")),
    ];
}
