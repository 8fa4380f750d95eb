using System.Text.Json;
using System.Text.Json.Serialization;
using Bookmine.TillClient.Selling;

namespace Bookmine.TillClient.Screens;

/// <summary>
/// What the counter is at, the sales that are put aside, and what else is not done yet: kept so that an end of the program in the middle loses none of it.
/// </summary>
/// <param name="Waiting">What was entered and not rung up yet, in its order.</param>
/// <param name="Dropped">What reports have told of and was not made again.</param>
/// <param name="After">The journal's last entry when it was kept.</param>
internal sealed record KeptCounter(CounterState State, IReadOnlyList<OpenSale> Held, IReadOnlyList<string> Waiting, IReadOnlyList<DroppedEdit> Dropped, long After)
{
    /// <summary>As it is kept; null when there is nothing to keep.</summary>
    public static byte[]? Write(PosDesk desk)
    {
        var kept = new KeptCounter(desk.State, desk.Held, [.. desk.Waiting], desk.Dropped, 0);
        return kept is { State: CounterState.Idle { Sale: { ContactId: null, Note: null } }, Held.Count: 0, Waiting.Count: 0, Dropped.Count: 0 } ? null
            : JsonSerializer.SerializeToUtf8Bytes(kept with { After = desk.Till.Records.LastEntry }, KeptCounterJson.Default.KeptCounter);
    }

    /// <summary>Takes up what an earlier program has left.</summary>
    public static void Read(PosDesk desk, byte[]? kept)
    {
        if (kept is null)
        {
            return;
        }
        if (Parsed(kept) is not { } left)
        {
            desk.Say("The sales that were open when the program ended cannot be read any more. Ring them up again.", isAlarm: true);
            return;
        }
        left.Waiting.ToList().ForEach(desk.Waiting.Enqueue);
        desk.Dropped.AddRange(left.Dropped);
        // One that was sealed in the second before the end is no longer open, whatever was kept.
        var open = left.Held.Where(s => s.StartedAt is null || !desk.Till.Records.IsSealed(s.StartedAt)).ToList();
        var here = open.Select(s => s.Here(desk.Till.Records)).ToList();
        desk.Held.AddRange(here.Where(s => !s.IsEmpty));
        var isSealed = left.IsSaleSealed(desk);
        var rungUp = isSealed ? OpenSale.Empty : left.State.Sale;
        var gone = open.Append(rungUp).Sum(s => s.Lines.Count) - here.Sum(s => s.Lines.Count);
        desk.State = left.Resumed(rungUp.Here(desk.Till.Records), isSealed, desk.Waiting);
        gone -= desk.Sale.Lines.Count;
        if (gone > 0)
        {
            desk.Say($"{Counted.Of(gone, "line", "lines")} of the sale that was open when the program ended {(gone == 1 ? "is" : "are")} of a record that is not here any more.", isAlarm: true);
        }
        else if (!desk.Sale.IsEmpty || desk.Held.Count > 0)
        {
            desk.Say(desk.Sale.IsEmpty ? $"{Counted.Of(desk.Held.Count, "held sale is", "held sales are")} here again."
                : "The sale that was open when the program ended is here again.");
        }
        TellOfUnsealed(desk);
    }

    /// <summary>What the counter is at once more, with the sale as it is here now.</summary>
    /// <param name="waiting">What was being entered is entered again, before what waits.</param>
    private CounterState Resumed(OpenSale sale, bool isSealed, Queue<string> waiting)
    {
        if (State.Entry is { } entry)
        {
            string[] later = [.. waiting];
            waiting.Clear();
            later.Prepend(entry).ToList().ForEach(waiting.Enqueue);
        }
        switch (State)
        {
            case CounterState.Paying { IsSale: true, Tender.IsNone: false } paying when !isSealed:
                var text = $"{paying.Tender.Text} for a sale whose records are not here any more";
                return sale.IsEmpty ? new CounterState.Recovering(sale, new UnsealedMoney(text, paying.Tender.PaidCents, After, IsOnRecord: false))
                    : paying with { Sale = sale, DueCents = sale.TotalCents };
            case CounterState.Paying { IsSale: false, Tender.IsNone: false } paying:
                return new CounterState.Recovering(sale, UnsealedMoney.Of(paying, After));
            case CounterState.Recovering recovering:
                return recovering with { Sale = sale, Entry = null };
        }
        return new CounterState.Idle(OpenSale.Empty).With(sale);
    }

    private static void TellOfUnsealed(PosDesk desk)
    {
        if (desk.State is CounterState.Recovering { Money: { IsOnRecord: false } money } && desk.Till.Records.SealedAfter(money.After).Count > 0)
        {
            desk.State = desk.State.Told();
            desk.Say($"{money.Text}: taken when the program ended. F7 shows whether it was sealed.", isAlarm: true);
        }
        else if (desk.State is CounterState.Recovering { Money: var told })
        {
            desk.Say(told.ToTell, isAlarm: true);
        }
    }

    /// <summary>A transaction of that sale's start, or after what was kept last one of its amount: the clock may have been set back meanwhile.</summary>
    private bool IsSaleSealed(PosDesk desk) => State.Sale is { StartedAt: { } startedAt } sale && (desk.Till.Records.IsSealed(startedAt)
        || desk.Till.Records.SealedAfter(After).Any(e => Schema.EntryKinds.IsSale(e.Kind) && e.Cents == sale.Here(desk.Till.Records).TotalCents));

    /// <summary>What the bytes hold, of this version or one before. Null when they are no such thing.</summary>
    private static KeptCounter? Parsed(byte[] kept)
    {
        try
        {
            using var document = JsonDocument.Parse(kept);
            var counter = document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("state", out _)
                ? JsonSerializer.Deserialize(kept, KeptCounterJson.Default.KeptCounter) : KeptSales.Parsed(document.RootElement)?.ToCounter();
            return counter is null || counter.Held.Append(counter.State.Sale).Any(s => s is null || s.Lines.Contains(null!)) || counter.Waiting.Contains(null!)
                || counter.Dropped.Contains(null!) || (counter.State is CounterState.Paying { Tender: var tender } && tender.Payments.Contains(null!)) ? null : counter;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>As up to version 1.5 it was kept: the sales with their payments, and flags for the rest; before 1.1 the sales alone.</summary>
internal sealed record KeptSales(IReadOnlyList<KeptSale> Sales, IReadOnlyList<string> Waiting, UnsealedMoney? Unsealed, IReadOnlyList<DroppedEdit> Dropped, long After)
{
    /// <exception cref="JsonException">It is no such thing.</exception>
    public static KeptSales? Parsed(JsonElement kept) => kept.ValueKind != JsonValueKind.Array ? kept.Deserialize(KeptCounterJson.Default.KeptSales)
        : new KeptSales(kept.Deserialize(KeptCounterJson.Default.ListKeptSale)!, [], null, [], long.MaxValue);

    public KeptCounter? ToCounter()
    {
        if (Sales.Any(s => s is null || s.Payments.Contains(null!)))
        {
            return null;
        }
        // Money was taken for the one that was rung up alone: should a held one have any, that one is to be paid first.
        var rungUp = Sales.FirstOrDefault(s => s.Payments.Count > 0) ?? Sales.FirstOrDefault(s => s.IsRungUp);
        var sale = rungUp?.Sale ?? OpenSale.Empty;
        CounterState state = rungUp is { Payments: { Count: > 0 } payments } ? new CounterState.Paying(sale, "", 0, new Tender([.. payments]), IsSale: true)
            : Unsealed is { } money ? new CounterState.Recovering(sale, money) : new CounterState.Idle(OpenSale.Empty).With(sale);
        return new KeptCounter(state, [.. Sales.Where(s => s != rungUp).Select(s => s.Sale)], Waiting, Dropped, After);
    }
}

/// <param name="IsRungUp">The one that was being rung up; the others were held.</param>
internal sealed record KeptSale(
    bool IsRungUp, string? StartedAt, Guid? ContactId, string? Note, IReadOnlyList<PaymentDraft> Payments, IReadOnlyList<SaleLine> Lines, Discount WholeDiscount = default)
{
    [JsonIgnore]
    public OpenSale Sale => new() { StartedAt = StartedAt, ContactId = ContactId, Note = Note, Lines = [.. Lines], WholeDiscount = WholeDiscount };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(KeptCounter))]
[JsonSerializable(typeof(KeptSales))]
[JsonSerializable(typeof(List<KeptSale>))]
internal sealed partial class KeptCounterJson : JsonSerializerContext;
