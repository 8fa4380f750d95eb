using Bookmine.Schema;

namespace Bookmine.SyncServer.Reports;

/// <summary>
/// What counts as a sale and what as a refund, in SQL over the table <c>document</c>, for every total that tells them apart: orders and laybys are sales when
/// they are taken, cancellations are refunds, and so is what came back without a docket on a sale.
/// </summary>
internal static class SalesSql
{
    /// <summary>Kinds that sell.</summary>
    public const string Sold = $"'{EntryKinds.Sale}', '{EntryKinds.Layby}'";

    /// <summary>Kinds that sell or take back.</summary>
    public const string Goods = $"{Sold}, '{EntryKinds.Refund}', '{EntryKinds.Cancellation}'";

    /// <summary>What a transaction has sold, cents.</summary>
    public static string SalesCents(string alias = "") => $"CASE WHEN {alias}kind IN ({Sold}) THEN {alias}total_cents - coalesce({alias}returned_cents, 0) ELSE 0 END";

    /// <summary>What it has taken back, cents: negative.</summary>
    public static string RefundsCents(string alias = "") =>
        $"CASE WHEN {alias}kind IN ({Sold}) THEN coalesce({alias}returned_cents, 0) WHEN {alias}kind IN ({Goods}) THEN {alias}total_cents ELSE 0 END";
}
