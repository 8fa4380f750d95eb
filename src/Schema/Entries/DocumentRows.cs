using Bookmine.Sync.Changes;
using Bookmine.Sync.Rows;

namespace Bookmine.Schema.Entries;

/// <summary>A document as rows to insert: header, lines, payments, credits, and a stock movement for each line whose goods moved.</summary>
public static class DocumentRows
{
    /// <param name="nextId">Makes the movements' keys.</param>
    public static IReadOnlyList<RowChange> Of(DocumentEntry document, Func<Guid> nextId)
    {
        var header = document.Header;
        var rows = new List<Row> { Header(document) };
        rows.AddRange(document.Lines.Select((line, i) => Line(header, line, i + 1)));
        rows.AddRange(document.Payments.Select(payment => Payment(header, payment)));
        rows.AddRange(document.Credits.Select(credit => Credit(header, credit)));
        rows.AddRange(document.Vouchers.Select(voucher => Voucher(header, voucher)));
        if (header.ShippedAt is { } shipped && EntryKinds.IsOfGoods(header.Kind))
        {
            rows.AddRange(document.Lines.Where(l => l.Qty > 0 || l.ToStock).Select(line => Movement(header, line, shipped, nextId())));
        }
        rows.AddRange(document.Events.Select(e => EventRows.Of(e, nextId())));
        return [.. rows.Select(r => new RowChange(ChangeOp.Insert, r))];
    }

    private static Row Header(DocumentEntry document)
    {
        var header = document.Header;
        return new Row(BookmineSetup.Document)
        {
            ["id"] = header.Id,
            ["docket"] = header.Docket,
            ["kind"] = header.Kind,
            ["branch"] = header.Branch,
            ["till"] = header.Till,
            ["operator"] = header.Operator,
            ["contact_id"] = header.ContactId,
            ["started_at"] = header.StartedAt,
            ["shipped_at"] = header.ShippedAt,
            ["total_cents"] = document.TotalCents,
            ["reference"] = header.Reference,
            ["note"] = header.Note,
            ["disconnected"] = header.Disconnected ? 1L : 0L,
            ["original_id"] = header.OriginalId,
            ["original_number"] = header.OriginalNumber,
            ["tax_rule"] = Tax.RuleFor(header.Kind),
        };
    }

    private static Row Line(DocumentHeader header, DocumentLine line, int number) => new(BookmineSetup.DocumentLine)
    {
        ["id"] = line.Id,
        ["document_id"] = header.Id,
        ["branch"] = header.Branch,
        ["line"] = (long)number,
        ["stock_id"] = line.StockId,
        ["code"] = Columns.Line.Code.Cut(line.Code),
        ["isbn13"] = line.Isbn13,
        ["title"] = Columns.Line.Title.Cut(line.Title),
        ["qty"] = line.Qty,
        ["unit_price_cents"] = line.UnitPriceCents,
        ["discount_cents"] = line.DiscountCents,
        ["tax_rate_bp"] = line.TaxRateBp,
        ["original_line_id"] = line.OriginalLineId,
    };

    private static Row Payment(DocumentHeader header, DocumentPayment payment) => new(BookmineSetup.Payment)
    {
        ["id"] = payment.Id,
        ["document_id"] = header.Id,
        ["branch"] = header.Branch,
        ["method"] = payment.Method,
        ["amount_cents"] = payment.AmountCents,
        ["change"] = payment.Change ? 1L : 0L,
        ["taken_at"] = payment.TakenAt,
    };

    private static Row Credit(DocumentHeader header, DocumentCredit credit) => new(BookmineSetup.Credit)
    {
        ["id"] = credit.Id,
        ["document_id"] = header.Id,
        ["branch"] = header.Branch,
        ["contact_id"] = credit.ContactId,
        ["amount_cents"] = credit.AmountCents,
    };

    private static Row Voucher(DocumentHeader header, DocumentVoucher voucher) => new(BookmineSetup.Voucher)
    {
        ["id"] = voucher.Id,
        ["document_id"] = header.Id,
        ["branch"] = header.Branch,
        ["number"] = voucher.Number,
        ["amount_cents"] = voucher.AmountCents,
    };

    private static Row Movement(DocumentHeader header, DocumentLine line, long shippedAt, Guid id) => new(BookmineSetup.StockMovement)
    {
        ["id"] = id,
        ["document_id"] = header.Id,
        ["branch"] = header.Branch,
        ["stock_id"] = line.StockId,
        ["code"] = Columns.Movement.Code.Cut(line.Code),
        ["qty"] = -line.Qty,
        ["value_cents"] = line.ShippedCents ?? line.TotalCents,
        ["reason"] = header.Kind,
        ["taken_at"] = shippedAt,
    };
}
