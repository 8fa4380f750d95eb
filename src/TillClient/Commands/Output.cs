using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Bookmine.Schema.Views;

namespace Bookmine.TillClient.Commands;

internal sealed record RefusedOutput(int Line, string Reason, string Remedy);

internal sealed record SealedOutput(
    long? N, Guid? Id, string? Docket, long? TransId, RefusedOutput? Refused, string? Warning = null, Guid? StockId = null, string? Code = null, Guid? ContactId = null);

internal sealed record StatusOutput(
    string Till, long Branch, string Mode, string Connection, long Unposted, long UnpostedCents, long Cursor, long? ReplicaAgeSeconds, long DNumbersLeft,
    string? LastError, string? PostingWaits);

internal sealed record StockOutput(
    string Kind, Guid StockId, string Code, string? Isbn, string Title, string? Authors, string? Condition, long? PriceCents, long OnHand);

internal sealed record VoucherOutput(string Kind, string Number, long LeftCents);

internal sealed record ContactOutput(string Kind, Guid ContactId, string Name, string? Email, string? Phone);

internal sealed record DroppedOutput(string Table, string Key, string Field, string? TillValue, string? ServerValue, string Reason, string? Of);

internal sealed record ResyncOutput(
    PostedCounts Posted, IReadOnlyList<DroppedOutput> Dropped, IReadOnlyList<QuarantinedEntry> Quarantined, IReadOnlyList<Renumbering> Renumbered,
    ControlTotals Till, ControlTotals Server, bool Agree, int Requests, double Seconds, bool Upgrade, decimal ClockOffsetSeconds,
    IReadOnlyList<NotedException> Exceptions, string? PostingWaits, int PostedAgain, string? Withheld);

internal sealed record EnrolOutput(long Till, string Name, long Branch);

internal sealed record VerifyOutput(long Entries, bool Sound, string? Fault);

internal sealed record CheckOutput(bool Ok, long Rows, string? Fault);

internal sealed record ExportOutput(long Entries, string File);

internal sealed record DocketOutput(string Number, string Text);

internal sealed record DoneOutput(bool Done);

/// <summary>The JSON that the till's commands print, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SealedOutput))]
[JsonSerializable(typeof(StatusOutput))]
[JsonSerializable(typeof(StockOutput))]
[JsonSerializable(typeof(ContactOutput))]
[JsonSerializable(typeof(VoucherOutput))]
[JsonSerializable(typeof(ResyncOutput))]
[JsonSerializable(typeof(EnrolOutput))]
[JsonSerializable(typeof(VerifyOutput))]
[JsonSerializable(typeof(CheckOutput))]
[JsonSerializable(typeof(ExportOutput))]
[JsonSerializable(typeof(DoneOutput))]
[JsonSerializable(typeof(DocketOutput))]
[JsonSerializable(typeof(TransactionView))]
internal sealed partial class OutputJson : JsonSerializerContext
{
    /// <summary>Titles are printed as they are, not escaped for a web page.</summary>
    public static readonly OutputJson Readable = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
