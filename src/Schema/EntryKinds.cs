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
}

/// <summary>Why an on-hand count changed.</summary>
public static class MovementReasons
{
    public const string Sale = "sale";
    public const string Refund = "refund";
    public const string Receipt = "receipt";
    public const string Import = "import";
}
