using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;

namespace Bookmine.SyncServer.Posting;

/// <summary>
/// What is posted all the same but should be looked at, because the goods and the cash really moved: oversold, refunded twice, credit
/// overspent, an original that is not here yet, likely duplicates.
/// </summary>
internal sealed class Exceptions(Session session, long till, long now)
{
    /// <summary>A year from its posting, a sale's date is more likely a wrong clock than a long time away.</summary>
    private const long DoubtfulMilliseconds = 366L * 24 * 3600 * 1000;

    public const string Unresolved = "unresolved";

    // Asked once a batch: whether any original is still awaited, which an arriving row could be.
    private bool anyAwaited = session.Scalar("SELECT 1 WHERE EXISTS (SELECT 1 FROM exception WHERE kind = @kind AND resolved_at IS NULL)", Unresolved) is not null;
    private (long N, Guid Synchronisation) entry;

    /// <summary>Says which entry what is noted from now on belongs to.</summary>
    public void Begin(long n, Guid synchronisation) => entry = (n, synchronisation);

    public void Note(string kind, string subject, string text)
    {
        anyAwaited |= kind == Unresolved;
        session.Execute(
            """
            INSERT INTO exception (till, n, synchronisation, kind, subject, text, noted_at, resolved_at)
            VALUES (@till, @n, @synchronisation, @kind, @subject, @text, @noted_at, NULL)
            """,
            till, entry.N, entry.Synchronisation, kind, subject, text, now);
    }

    /// <summary>Notes that a till has replaced a replica that differed; the same fault is noted once, until it is resolved.</summary>
    public static int NoteMended(Session session, Tills.KnownTill till, string fault, long now)
    {
        const int mostCharacters = 500;
        var text = $"till {till.Name} has found its replica other than it was received, and has replaced it: {fault[..Math.Min(fault.Length, mostCharacters)]}";
        return session.Execute(
            """
            INSERT INTO exception (till, n, synchronisation, kind, subject, text, noted_at, resolved_at)
            SELECT @till, 0, @synchronisation, 'replica mended', @subject, @text, @now, NULL
            WHERE NOT EXISTS (SELECT 1 FROM exception WHERE kind = 'replica mended' AND subject = @subject AND text = @text AND resolved_at IS NULL)
            """,
            till.Id, Guid.Empty, $"till {till.Id}", text, now);
    }

    public void Look(IReadOnlyList<RowChange> applied)
    {
        var kind = applied.FirstOrDefault(c => c.Op == ChangeOp.Insert && c.Table == BookmineSetup.Document)?.Values.Text("kind");
        foreach (var row in applied.Where(c => c.Op == ChangeOp.Insert).Select(c => c.Values))
        {
            switch (row.Table.Name)
            {
                case "document": LookAtDocument(row); break;
                case "document_line": LookAtLine(row, isOfGoods: kind is not EntryKinds.PayOut); break;
                case "stock": LookAtStock(row); break;
                case "contact": LookAtContact(row); break;
                case "credit": LookAtCredit(row); break;
                case "voucher": LookAtVoucher(row); break;
                case "payment": LookAtPayment(row, applied); break;
            }
        }
    }

    private void LookAtDocument(Row row)
    {
        if (Math.Abs(now - row.Integer("started_at")) > DoubtfulMilliseconds)
        {
            Note("doubtful date", row.Guid("id").ToString(), $"docket {DocketNumber.D(row.Integer("docket"))} says it was started {Instant.Format(row.Integer("started_at"))}: the till's clock may be wrong");
        }
        Resolve(Unresolved, row.Guid("id").ToString());
        if (row.GuidOrNull("original_id") is { } original)
        {
            if (session.Scalar("SELECT 1 FROM document WHERE id = @id", original) is null)
            {
                Note(Unresolved, original.ToString(), $"the original docket {row.TextOrNull("original_number")} is not posted yet");
            }
        }
        else if (row.Text("kind") == EntryKinds.Refund)
        {
            Note("refund without original", row.Guid("id").ToString(), $"refund {DocketNumber.D(row.Integer("docket"))} names no original docket that was at hand");
        }
    }

    private void LookAtLine(Row row, bool isOfGoods)
    {
        if (row.GuidOrNull("stock_id") is { } stock && session.Scalar("SELECT 1 FROM stock WHERE id = @id", stock) is null)
        {
            Note(Unresolved, stock.ToString(), $"the stock record of “{row.Text("title")}” is not posted yet");
        }
        if (isOfGoods && row.Integer("qty") < 0 && row["original_line_id"] is null)
        {
            Note("return without original", row.Guid("id").ToString(), $"{-row.Integer("qty")} of “{row.Text("title")}” came back for {Money.Format(-row.Integer("qty") * row.Integer("unit_price_cents"))}, against no docket");
        }
        if (anyAwaited)
        {
            LookAtRefunds(row.Guid("id"), row.Text("title"));
        }
        if (row.GuidOrNull("original_line_id") is { } original)
        {
            LookAtRefunds(original, row.Text("title"));
        }
    }

    /// <summary>Looked at when the refund comes and when its original comes after it.</summary>
    private void LookAtRefunds(Guid original, string title)
    {
        if (session.Integer("SELECT qty FROM document_line WHERE id = @id", original) is not { } sold)
        {
            return;
        }
        var back = -(session.Integer("SELECT sum(qty) FROM document_line WHERE original_line_id = @id AND qty < 0", original) ?? 0);
        if (back > Math.Max(sold, 0))
        {
            Note("refunded twice", original.ToString(), $"“{title}”: {sold} sold, {back} refunded or cancelled");
        }
        const string cents = "sum((qty * unit_price_cents) - discount_cents)";
        var paid = session.Integer($"SELECT {cents} FROM document_line WHERE id = @id", original) ?? 0;
        var given = -(session.Integer($"SELECT {cents} FROM document_line WHERE original_line_id = @id AND qty < 0", original) ?? 0);
        if (back <= sold && given > paid)
        {
            Note("refunded too much", original.ToString(), $"“{title}”: {Money.Format(paid)} was paid, {Money.Format(given)} given back");
        }
        if (session.Integer("SELECT sum(qty) FROM document_line WHERE original_line_id = @id AND qty > 0", original) is { } handedOver && handedOver > sold)
        {
            Note("handed over twice", original.ToString(), $"“{title}”: {sold} ordered, {handedOver} handed over");
        }
    }

    private void LookAtStock(Row row)
    {
        Resolve(Unresolved, row.Guid("id").ToString());
        if (row.IntegerOrNull("isbn13") is { } isbn
            && session.Integer("SELECT count(*) FROM stock WHERE isbn13 = @isbn AND condition IS NOT DISTINCT FROM @condition", isbn, row.TextOrNull("condition")) > 1)
        {
            Note("likely duplicate", row.Guid("id").ToString(), $"ISBN {isbn}, “{row.Text("title")}”, has another stock record of the same condition");
        }
    }

    private void LookAtContact(Row row)
    {
        Resolve(Unresolved, row.Guid("id").ToString());
        if (session.Integer(
            $"SELECT count(*) FROM contact WHERE {session.Dialect.TextEquals("name", "@name")} AND (email IS NOT DISTINCT FROM @email OR phone IS NOT DISTINCT FROM @phone)",
            row.Text("name"), row.TextOrNull("email"), row.TextOrNull("phone")) > 1)
        {
            Note("likely duplicate", row.Guid("id").ToString(), $"contact “{row.Text("name")}” is there twice");
        }
    }

    private void LookAtCredit(Row row)
    {
        var balance = session.Integer("SELECT sum(amount_cents) FROM credit WHERE contact_id = @contact", row.Guid("contact_id"));
        if (balance < 0)
        {
            Note("credit overspent", row.Guid("contact_id").ToString(), $"General Credit stands at {Money.Format(balance.Value)}");
        }
    }

    private void LookAtVoucher(Row row)
    {
        var balance = session.Integer($"SELECT sum(amount_cents) FROM voucher WHERE {session.Dialect.TextEquals("number", "@number")}", row.Text("number"));
        if (balance < 0)
        {
            Note("voucher overspent", row.Text("number"), $"gift voucher {row.Text("number")} stands at {Money.Format(balance.Value)}: it was used twice, or its sale is not posted");
        }
        else if (row.Integer("amount_cents") > 0)
        {
            Resolved("voucher overspent", row.Text("number"));
        }
    }

    /// <summary>What was paid off an order twice is money the shop owes.</summary>
    private void LookAtPayment(Row row, IReadOnlyList<RowChange> applied)
    {
        if (row.Text("method") != PaymentMethods.Owing || row.Integer("amount_cents") >= 0
            || applied.FirstOrDefault(c => c.Table == BookmineSetup.Document)?.Values.GuidOrNull("original_id") is not { } order)
        {
            return;
        }
        var owing = session.Integer(
            $"""
            SELECT sum(p.amount_cents) FROM payment p JOIN document d ON d.id = p.document_id
            WHERE p.method = '{PaymentMethods.Owing}' AND (d.id = @order OR d.original_id = @order)
            """, order);
        if (owing < 0 && session.Scalar("SELECT 1 FROM document WHERE id = @order", order) is not null)
        {
            Note("paid twice", order.ToString(), $"{Money.Format(-owing.Value)} more was paid than was owing");
        }
    }

    private void Resolve(string kind, string subject)
    {
        if (anyAwaited)
        {
            Resolved(kind, subject);
        }
    }

    private void Resolved(string kind, string subject) =>
        session.Execute($"UPDATE exception SET resolved_at = @now WHERE kind = @kind AND {session.Dialect.TextEquals("subject", "@subject")} AND resolved_at IS NULL", now, kind, subject);
}
