using System.Text.Json.Serialization;

namespace Bookmine.TillClient.Selling;

// The drafts are settable and not init-only, because the JSON generator loses the defaults of init-only properties.

/// <summary>A sale as a cashier or a sales file gives it (the form is in the commands' help). Times are ISO 8601 with a zone.</summary>
public sealed record SaleDraft
{
    public string? StartedAt { get; set; }

    /// <summary>Absent: now. An explicit null: an order, not shipped yet.</summary>
    public string? ShippedAt { get; set; } = Now;

    /// <summary>Goods put by for a contact, who pays in parts: an order that is called a layby.</summary>
    public bool Layby { get; set; }

    public string? Operator { get; set; }

    public Guid? ContactId { get; set; }

    public string? Reference { get; set; }

    public string? Note { get; set; }

    public IReadOnlyList<LineDraft>? Lines { get; set; }

    public IReadOnlyList<PaymentDraft>? Payments { get; set; }

    /// <summary>A price that a cashier has changed is kept on record as an override; a script's prices are what they are.</summary>
    [JsonIgnore]
    public bool AtCounter { get; set; }

    /// <summary>What <see cref="ShippedAt"/> holds when nothing was said.</summary>
    internal const string Now = "now";
}

/// <summary>A line: its item by isbn, code, stock_id, or title alone for an item without a record. A negative quantity is a return.</summary>
public sealed record LineDraft
{
    public string? Isbn { get; set; }

    public string? Code { get; set; }

    public Guid? StockId { get; set; }

    public string? Title { get; set; }

    public long Qty { get; set; } = 1;

    public long? UnitPriceCents { get; set; }

    public long DiscountCents { get; set; }
}

public sealed record PaymentDraft
{
    public string? Method { get; set; }

    public long AmountCents { get; set; }

    public bool Change { get; set; }

    public string? TakenAt { get; set; }

    /// <summary>The number of the gift voucher that pays, with the method <c>voucher</c>.</summary>
    public string? Voucher { get; set; }
}

/// <summary>A refund against a docket: lines by their number on it, paid out or raised as General Credit.</summary>
public sealed record RefundDraft
{
    public string? Operator { get; set; }

    public string? Reference { get; set; }

    public string? Note { get; set; }

    public string? StartedAt { get; set; }

    public IReadOnlyList<RefundLineDraft>? Lines { get; set; }

    /// <summary>How it is paid out; left out, in cash. <c>credit</c> raises General Credit for the contact.</summary>
    public string? Method { get; set; }

    /// <summary>Whose General Credit it becomes; left out, the original's contact.</summary>
    public Guid? ContactId { get; set; }
}

/// <param name="Line">The line's number on the original docket, from 1.</param>
/// <param name="Qty">Copies that come back.</param>
/// <param name="AmountCents">What is given back for them; left out, what was paid.</param>
/// <param name="ToStock">Whether they go back on the shelf.</param>
public sealed record RefundLineDraft(int Line, long Qty = 1, long? AmountCents = null, bool ToStock = true);

/// <summary>What is done on an order or layby: money paid off it, goods handed over, or the rest of it cancelled.</summary>
public sealed record OrderDraft
{
    public string? Operator { get; set; }

    public string? Note { get; set; }

    /// <summary>What is paid now.</summary>
    public IReadOnlyList<PaymentDraft>? Payments { get; set; }

    /// <summary>Handed over or cancelled; left out, all that is left. Of a cancelled line the amount is what it is credited with.</summary>
    public IReadOnlyList<RefundLineDraft>? Lines { get; set; }

    /// <summary>How the money of what is cancelled goes back; left out, in cash.</summary>
    public string? Method { get; set; }
}

/// <summary>A gift voucher to sell.</summary>
public sealed record VoucherDraft
{
    public long AmountCents { get; set; }

    /// <summary>The number on a card that the shop has bought printed; left out, one is given.</summary>
    public string? Number { get; set; }

    public IReadOnlyList<PaymentDraft>? Payments { get; set; }

    public string? Operator { get; set; }
}

/// <summary>Money paid in, paid out, or left as a deposit. The amount is above 0 in each.</summary>
public sealed record CashDraft
{
    public long AmountCents { get; set; }

    public string Reason { get; set; } = "";

    /// <summary>Left out: cash.</summary>
    public string? Method { get; set; }

    /// <summary>Whose deposit it is.</summary>
    public Guid? ContactId { get; set; }

    public string? Operator { get; set; }
}

/// <summary>A new stock record, or with an identification (stock_id, code or isbn) the fields to change of one that is there.</summary>
public sealed record StockDraft
{
    public Guid? StockId { get; set; }

    public string? Code { get; set; }

    public string? Isbn { get; set; }

    public string? Title { get; set; }

    public string? Authors { get; set; }

    public string? Publisher { get; set; }

    public long? Year { get; set; }

    public string? Binding { get; set; }

    public string? Condition { get; set; }

    public string? Category { get; set; }

    public long? PriceCents { get; set; }

    /// <summary>Copies received with a new record.</summary>
    public long? Qty { get; set; }

    public string? Operator { get; set; }
}

/// <summary>A new contact, or with contact_id (or, to change other fields, its exact name) the fields to change.</summary>
public sealed record ContactDraft
{
    public Guid? ContactId { get; set; }

    public string? Name { get; set; }

    public string? Email { get; set; }

    public string? Phone { get; set; }

    public string? Address { get; set; }

    public string? Notes { get; set; }

    public string? Operator { get; set; }

    /// <summary>Whether a text may be an email address; whether it is one only an email tells.</summary>
    public static bool IsEmail(string text) =>
        text.Split('@') is [{ Length: > 0 }, var domain] && domain.Trim('.').Contains('.', StringComparison.Ordinal) && !text.Any(char.IsWhiteSpace);

    /// <summary>Whether a text may be a phone number.</summary>
    public static bool IsPhone(string text) => text.Any(char.IsAsciiDigit) && !text.Contains('@', StringComparison.Ordinal);
}

/// <summary>An email to a contact, named by contact_id or exact name.</summary>
public sealed record EmailDraft
{
    public Guid? ContactId { get; set; }

    public string? Name { get; set; }

    public string? Subject { get; set; }

    public string? Body { get; set; }

    public string? Operator { get; set; }
}

/// <summary>The drafts' JSON; a field that is not known is an error, since it would be a slip of the pen.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(SaleDraft))]
[JsonSerializable(typeof(RefundDraft))]
[JsonSerializable(typeof(OrderDraft))]
[JsonSerializable(typeof(VoucherDraft))]
[JsonSerializable(typeof(StockDraft))]
[JsonSerializable(typeof(ContactDraft))]
[JsonSerializable(typeof(EmailDraft))]
internal sealed partial class DraftJson : JsonSerializerContext;
