using Bookmine.Schema.Views;

namespace Bookmine.TillClient.Finding;

/// <summary>Something that the Find field shows.</summary>
public abstract record Found(string Kind);

public sealed record FoundTransaction(TransactionView Transaction) : Found("transaction");

public sealed record FoundStock(
    Guid StockId, string Code, string? Isbn, string Title, string? Authors, string? Condition, long? PriceCents, long OnHand, long TaxRateBp) : Found("stock");

/// <param name="LeftCents">What is left on it.</param>
public sealed record FoundVoucher(string Number, long LeftCents) : Found("voucher");

public sealed record FoundContact(Guid ContactId, string Name, string? Email, string? Phone) : Found("contact");
