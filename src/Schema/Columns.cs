using Bookmine.Sync.Setup;

namespace Bookmine.Schema;

/// <summary>The columns that rules, posting and reports name, as the setup defines them: a name that is misspelt does not compile.</summary>
public static class Columns
{
    public static class Stock
    {
        public static readonly Column Id = BookmineSetup.Stock["id"];
        public static readonly Column Isbn13 = BookmineSetup.Stock["isbn13"];
        public static readonly Column Condition = BookmineSetup.Stock["condition"];
        public static readonly Column Title = BookmineSetup.Stock["title"];
        public static readonly Column MadeBy = BookmineSetup.Stock["made_by"];
        public static readonly Column Withdrawn = BookmineSetup.Stock["withdrawn"];
        public static readonly Column MergedInto = BookmineSetup.Stock["merged_into"];
    }

    public static class Contact
    {
        public static readonly Column Id = BookmineSetup.Contact["id"];
        public static readonly Column Name = BookmineSetup.Contact["name"];
        public static readonly Column Email = BookmineSetup.Contact["email"];
        public static readonly Column Phone = BookmineSetup.Contact["phone"];
        public static readonly Column MadeBy = BookmineSetup.Contact["made_by"];
        public static readonly Column Withdrawn = BookmineSetup.Contact["withdrawn"];
        public static readonly Column MergedInto = BookmineSetup.Contact["merged_into"];
    }

    public static class Holding
    {
        public static readonly Column Branch = BookmineSetup.Holding["branch"];
        public static readonly Column StockId = BookmineSetup.Holding["stock_id"];
        public static readonly Column PriceCents = BookmineSetup.Holding["price_cents"];
        public static readonly Column OnHand = BookmineSetup.Holding["on_hand"];
    }

    public static class Document
    {
        public static readonly Column Id = BookmineSetup.Document["id"];
        public static readonly Column TransId = BookmineSetup.Document["trans_id"];
        public static readonly Column Docket = BookmineSetup.Document["docket"];
        public static readonly Column Kind = BookmineSetup.Document["kind"];
        public static readonly Column Branch = BookmineSetup.Document["branch"];
        public static readonly Column Till = BookmineSetup.Document["till"];
        public static readonly Column Operator = BookmineSetup.Document["operator"];
        public static readonly Column StartedAt = BookmineSetup.Document["started_at"];
        public static readonly Column ShippedAt = BookmineSetup.Document["shipped_at"];
        public static readonly Column PostedAt = BookmineSetup.Document["posted_at"];
        public static readonly Column PostedDay = BookmineSetup.Document["posted_day"];
        public static readonly Column Month = BookmineSetup.Document["month"];
        public static readonly Column TakenDay = BookmineSetup.Document["taken_day"];
        public static readonly Column TotalCents = BookmineSetup.Document["total_cents"];
        public static readonly Column OriginalId = BookmineSetup.Document["original_id"];
        public static readonly Column ReturnedCents = BookmineSetup.Document["returned_cents"];
        public static readonly Column OriginalNumber = BookmineSetup.Document["original_number"];
    }

    public static class Line
    {
        public static readonly Column Id = BookmineSetup.DocumentLine["id"];
        public static readonly Column Month = BookmineSetup.DocumentLine["month"];
        public static readonly Column StockId = BookmineSetup.DocumentLine["stock_id"];
        public static readonly Column Code = BookmineSetup.DocumentLine["code"];
        public static readonly Column Title = BookmineSetup.DocumentLine["title"];
        public static readonly Column Qty = BookmineSetup.DocumentLine["qty"];
        public static readonly Column UnitPriceCents = BookmineSetup.DocumentLine["unit_price_cents"];
        public static readonly Column DiscountCents = BookmineSetup.DocumentLine["discount_cents"];
        public static readonly Column OriginalLineId = BookmineSetup.DocumentLine["original_line_id"];
    }

    public static class Payment
    {
        public static readonly Column Month = BookmineSetup.Payment["month"];
        public static readonly Column Method = BookmineSetup.Payment["method"];
        public static readonly Column AmountCents = BookmineSetup.Payment["amount_cents"];
        public static readonly Column TakenAt = BookmineSetup.Payment["taken_at"];
        public static readonly Column PaidAt = BookmineSetup.Payment["paid_at"];
        public static readonly Column PaidDay = BookmineSetup.Payment["paid_day"];
        public static readonly Column TakenDay = BookmineSetup.Payment["taken_day"];
    }

    public static class Movement
    {
        public static readonly Column DocumentId = BookmineSetup.StockMovement["document_id"];
        public static readonly Column Branch = BookmineSetup.StockMovement["branch"];
        public static readonly Column Month = BookmineSetup.StockMovement["month"];
        public static readonly Column StockId = BookmineSetup.StockMovement["stock_id"];
        public static readonly Column Code = BookmineSetup.StockMovement["code"];
        public static readonly Column Qty = BookmineSetup.StockMovement["qty"];
        public static readonly Column TakenAt = BookmineSetup.StockMovement["taken_at"];
        public static readonly Column ClockAhead = BookmineSetup.StockMovement["clock_ahead"];
        public static readonly Column PostedAt = BookmineSetup.StockMovement["posted_at"];
        public static readonly Column PostedDay = BookmineSetup.StockMovement["posted_day"];
        public static readonly Column TakenDay = BookmineSetup.StockMovement["taken_day"];
    }

    public static class Credit
    {
        public static readonly Column ContactId = BookmineSetup.Credit["contact_id"];
        public static readonly Column EnteredAt = BookmineSetup.Credit["entered_at"];
    }

    public static class Voucher
    {
        public static readonly Column Number = BookmineSetup.Voucher["number"];
        public static readonly Column AmountCents = BookmineSetup.Voucher["amount_cents"];
        public static readonly Column EnteredAt = BookmineSetup.Voucher["entered_at"];
    }

    public static class Event
    {
        public static readonly Column Till = BookmineSetup.TillEvent["till"];
        public static readonly Column PostedAt = BookmineSetup.TillEvent["posted_at"];
    }
}
