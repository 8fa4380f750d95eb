namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>The kinds of what a person should look at, as lists and reports show them.</summary>
public static class FindingKinds
{
    public const string Unresolved = "unresolved";
    public const string DoubtfulDate = "doubtful date";
    public const string RefundWithoutOriginal = "refund without original";
    public const string ReturnWithoutOriginal = "return without original";
    public const string RefundedTwice = "refunded twice";
    public const string RefundedTooMuch = "refunded too much";
    public const string HandedOverTwice = "handed over twice";
    public const string PaidTwice = "paid twice";
    public const string LikelyDuplicate = "likely duplicate";
    public const string CreditOverspent = "credit overspent";
    public const string VoucherOverspent = "voucher overspent";
    public const string RoundedTooMuch = "rounded too much";
    public const string ClockSpansCount = "clock around a count";
    public const string RepeatedReference = "repeated reference";
    public const string Oversold = "oversold";
    public const string ReplicaMended = "replica mended";

    /// <summary>An email that the mail server will not have.</summary>
    public const string EmailRefused = "email refused";
    public const string RecordsRestored = "records restored";
    public const string TillRecalled = "till recalled";
    public const string JournalForked = "journal forked";
    public const string NobodySignedOn = "nobody signed on";
    public const string TooMuchOfRevoked = "too much of a revoked till";
    public const string TillUnguarded = "till unguarded";
    public const string ManyNumbers = "many numbers";
    public const string FeedMended = "feed mended";
    public const string BackupFailed = "backup failed";
    public const string BooksDoNotAgree = "books do not agree";
}
