using System.Globalization;
using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.Reports;

/// <summary>The shop's books against themselves: references, money, counts, numbers.</summary>
public static class BookCheck
{
    private static readonly (string Fault, string Count)[] Checks =
    [
        // Each sums a table once, instead of looking into it for every document.
        ("documents whose payments are not their total",
            """
            SELECT count(*) FROM document d LEFT JOIN (SELECT document_id, sum(amount_cents) AS cents FROM payment GROUP BY document_id) p ON p.document_id = d.id
            WHERE d.total_cents <> coalesce(p.cents, 0)
            """),
        ("documents whose lines are not their total",
            """
            SELECT count(*) FROM document d
            LEFT JOIN (SELECT document_id, sum((qty * unit_price_cents) - discount_cents) AS cents FROM document_line GROUP BY document_id) l ON l.document_id = d.id
            WHERE d.total_cents <> coalesce(l.cents, 0)
            """),
        ("lines without a document", "SELECT count(*) FROM document_line l WHERE NOT EXISTS (SELECT 1 FROM document d WHERE d.id = l.document_id)"),
        ("payments without a document", "SELECT count(*) FROM payment p WHERE NOT EXISTS (SELECT 1 FROM document d WHERE d.id = p.document_id)"),
        ("holdings that are not the sum of their movements",
            """
            SELECT count(*) FROM holding h LEFT JOIN
                (SELECT branch, stock_id, sum(qty) AS copies FROM stock_movement WHERE stock_id IS NOT NULL GROUP BY branch, stock_id) m ON m.branch = h.branch AND m.stock_id = h.stock_id
            WHERE h.on_hand <> coalesce(m.copies, 0)
            """),
        ("counts that the movements up to them do not amount to",
            $"""
            SELECT count(*) FROM stock_count c WHERE c.qty <>
                (SELECT coalesce(sum(qty), 0) FROM stock_movement m WHERE m.branch = c.branch AND m.stock_id = c.stock_id AND {Posting.StockMoves.Moment} <= c.at)
            """),
        ("gaps in the TransIDs",
            "SELECT coalesce(max(d.trans_id) - max(c.epoch_first) + 1 - count(*), 0) FROM counter c JOIN document d ON d.trans_id >= c.epoch_first"),
        ("postings dated earlier than one with a lower TransID",
            "SELECT count(*) FROM (SELECT posted_at, lag(posted_at) OVER (ORDER BY trans_id) AS before FROM document) x WHERE posted_at < before"),
    ];

    public static IReadOnlyList<string> Run(Session session) =>
    [
        .. Checks.Select(c => (c.Fault, Count: session.Integer(c.Count) ?? 0)).Where(c => c.Count != 0)
            .Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Count} {c.Fault}")),
    ];
}
