using System.Text.Json.Serialization;
using Bookmine.Schema;

namespace Bookmine.TillClient.Screens;

/// <summary>What the counter is at: one of four, as it is kept on the disk. Each holds the sale that is being rung up, which may be empty.</summary>
[JsonDerivedType(typeof(Idle), "idle")]
[JsonDerivedType(typeof(Ringing), "ringing")]
[JsonDerivedType(typeof(Paying), "paying")]
[JsonDerivedType(typeof(Recovering), "recovering")]
internal abstract record CounterState(OpenSale Sale)
{
    /// <summary>What is being entered, until it is on the sale or given up; null between two entries.</summary>
    public string? Entry { get; init; }

    /// <summary>With another sale; where nothing else is going on, its lines say what the counter is at.</summary>
    public CounterState With(OpenSale sale) => this is Idle or Ringing { Entry: null } ? AtRest(sale) : this with { Sale = sale };

    /// <summary>While something is rung up; money that is still to be told stays so.</summary>
    public CounterState Entering(string text) => this is Recovering ? this with { Entry = text } : new Ringing(Sale) { Entry = text };

    /// <summary>When what was entered or paid has ended; money that is still to be told stays so.</summary>
    public CounterState Rest() => this is Recovering ? this with { Entry = null } : AtRest(Sale);

    /// <summary>When money that was found again has been told.</summary>
    public CounterState Told() => AtRest(Sale);

    private static CounterState AtRest(OpenSale sale) => sale.IsEmpty ? new Idle(sale) : new Ringing(sale);

    /// <summary>Between sales. A contact or a note may be set for the next.</summary>
    public sealed record Idle(OpenSale Sale) : CounterState(Sale);

    /// <summary>A sale is rung up.</summary>
    public sealed record Ringing(OpenSale Sale) : CounterState(Sale);

    /// <summary>Something is paid. With money taken there is no way back but giving it back.</summary>
    /// <param name="What">What is paid, in words.</param>
    /// <param name="DueCents">What it comes to; negative for what goes back.</param>
    /// <param name="IsSale">It is the sale itself, and not something beside it.</param>
    public sealed record Paying(OpenSale Sale, string What, long DueCents, Tender Tender, bool IsSale) : CounterState(Sale);

    /// <summary>Money was taken for something beside the sale that was never sealed: told until it is on record and something else is entered.</summary>
    public sealed record Recovering(OpenSale Sale, UnsealedMoney Money) : CounterState(Sale);
}

/// <param name="Text">What was given, of how much, and for what.</param>
/// <param name="After">The journal's last entry when it was taken.</param>
/// <param name="IsOnRecord">It is in the journal, as an event.</param>
internal sealed record UnsealedMoney(string Text, long Cents, long After, bool IsOnRecord)
{
    /// <summary>What a cashier is told.</summary>
    [JsonIgnore]
    public string ToTell => $"{Text}: taken, and not sealed when the program or the disk failed. Make it again with this money, or give it back.";

    public static UnsealedMoney Of(CounterState.Paying paying, long after) =>
        new($"{paying.Tender.Text} of {Money.Format(paying.DueCents)} for {paying.What}", paying.Tender.PaidCents, after, IsOnRecord: false);
}
