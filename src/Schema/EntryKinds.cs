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

    /// <summary>Goods put by for a contact, who pays for them in parts and takes them when they are paid.</summary>
    public const string Layby = "layby";

    /// <summary>Money towards what is owing on an order or layby.</summary>
    public const string PartPayment = "part-payment";

    /// <summary>Goods of an order or layby handed over.</summary>
    public const string PickUp = "pick-up";

    /// <summary>Goods of an order or layby that will not be handed over any more.</summary>
    public const string Cancellation = "cancellation";

    /// <summary>A gift voucher sold.</summary>
    public const string Voucher = "voucher";

    /// <summary>What stays on record without being a transaction.</summary>
    public const string Event = "event";

    /// <summary>A Z reading: the drawer was counted, and the next begins.</summary>
    public const string Reading = "reading";

    /// <summary>Whether it is a transaction, with a number and a docket.</summary>
    public static bool IsTransaction(string kind) =>
        kind is Sale or Refund or PayIn or PayOut or Deposit or Layby or PartPayment or PickUp or Cancellation or Voucher;

    /// <summary>Whether it sells goods, now or later.</summary>
    public static bool IsSale(string kind) => kind is Sale or Layby;

    /// <summary>Whether it takes a sale back.</summary>
    public static bool TakesBack(string kind) => kind is Refund or Cancellation;

    /// <summary>Whether goods change hands with it, once it is shipped.</summary>
    public static bool IsOfGoods(string kind) => IsSale(kind) || kind is Refund or PickUp;

    /// <summary>Whether it stays at hand with the order or layby that it belongs to, however old that gets.</summary>
    public static bool FollowsOrder(string kind) => kind is PartPayment or PickUp or Cancellation;
}

/// <summary>The payment methods that the rules know; a shop may add its own.</summary>
public static class PaymentMethods
{
    public const string Cash = "cash";
    public const string Voucher = "voucher";

    /// <summary>General Credit.</summary>
    public const string Credit = "credit";

    /// <summary>
    /// What a contact still owes on an order or layby: positive where it is taken on, negative where it is paid. What is owing is the sum over the
    /// order and all that refers to it.
    /// </summary>
    public const string Owing = "owing";

    /// <summary>What <see cref="CashRounding"/> has rounded off of a document that is settled in cash.</summary>
    public const string Rounding = "rounding";
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

    /// <summary>A supervisor has agreed to what the branch wants one for.</summary>
    public const string Authorised = "authorised";

    /// <summary>A PIN was given wrong many times.</summary>
    public const string WrongPin = "wrong pin";

    /// <summary>Money was taken for a transaction that the program did not live to seal.</summary>
    public const string Unsealed = "money unsealed";

    /// <summary>The drawer was counted.</summary>
    public const string ZReading = "z-reading";
}

/// <summary>Why an on-hand count changed: the kind of the document that moved the goods (<see cref="EntryKinds"/>), or one of these.</summary>
public static class MovementReasons
{
    public const string Receipt = "receipt";
    public const string Import = "import";

    /// <summary>What is missing between the copies that were counted at a moment and those of the movements up to it.</summary>
    public const string Count = "count";

    /// <summary>Copies of a record that turned out to be another's.</summary>
    public const string Merge = "merge";
}
