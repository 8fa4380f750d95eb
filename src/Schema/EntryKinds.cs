namespace Bookmine.Schema;

/// <summary>What a journal entry is, as it is written in the journal and for ever read.</summary>
public static class EntryKinds
{
    public const string Sale = "sale";
    public const string Refund = "refund";
    public const string Stock = "stock";
    public const string Contact = "contact";
    public const string Edit = "edit";
    public const string Email = "email";

    /// <summary>Money put into the drawer, such as a float.</summary>
    public const string PayIn = "pay-in";

    /// <summary>Money taken out of the drawer, such as for the window cleaner.</summary>
    public const string PayOut = "pay-out";

    /// <summary>Money a contact leaves with the shop, raised as General Credit.</summary>
    public const string Deposit = "deposit";

    /// <summary>What stays on record without being a transaction.</summary>
    public const string Event = "event";

    /// <summary>A Z reading: the drawer was counted, and the next begins.</summary>
    public const string Reading = "reading";

    /// <summary>Whether it is a transaction, with a number and a docket.</summary>
    public static bool IsTransaction(string kind) => kind is Sale or Refund or PayIn or PayOut or Deposit;

    /// <summary>Whether it is one in which goods change hands.</summary>
    public static bool IsOfGoods(string kind) => kind is Sale or Refund;
}

/// <summary>The kinds of what is on record beside the transactions.</summary>
public static class TillEvents
{
    /// <summary>The drawer was opened without a transaction.</summary>
    public const string NoSale = "no-sale";

    /// <summary>A line was taken off a sale that was being rung up.</summary>
    public const string LineRemoved = "line removed";

    /// <summary>A sale that was being rung up was dropped.</summary>
    public const string SaleDropped = "sale dropped";

    /// <summary>Something was sold at another price than the branch's.</summary>
    public const string PriceOverride = "price override";

    /// <summary>The drawer was counted.</summary>
    public const string ZReading = "z-reading";
}

/// <summary>Why an on-hand count changed.</summary>
public static class MovementReasons
{
    public const string Sale = "sale";
    public const string Refund = "refund";
    public const string Receipt = "receipt";
    public const string Import = "import";
}
