using System.Net.Http.Json;
using Bookmine.Schema;
using Bookmine.Schema.Views;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Wire;

namespace Bookmine.TillClient.Server;

/// <summary>What a till in normal mode asks of the shop, beside the engine's messages: over HTTP in the field, a call in simulations.</summary>
public interface IShopChannel
{
    /// <summary>A transaction by its number, wherever in the chain it was made; null when there is none.</summary>
    Task<TransactionView?> FindAsync(string number, CancellationToken cancel);

    /// <summary>Makes an edit now, if the fields are still as the till saw them.</summary>
    Task<EditReply> EditAsync(ChangeGroup edit, CancellationToken cancel);

    /// <summary>A new identity, for a machine whose journal has forked.</summary>
    /// <param name="request">With a secret that this machine has written down, so that an answer that was lost is given again.</param>
    Task<EnrolReply> RenewAsync(RenewRequest request, CancellationToken cancel);

    /// <summary>Asks a server that no longer knows this till, because its records were restored, to know it again.</summary>
    Task<ReadmitReply> ReadmitAsync(ReadmitRequest request, CancellationToken cancel);

    /// <summary>Tells the server, which does not know, that its clock is right.</summary>
    Task<ClockAcceptance> AcceptClockAsync(ClockAcceptance said, CancellationToken cancel);

    /// <summary>An operator chooses another PIN.</summary>
    Task<PinChanged> ChangePinAsync(PinChange change, CancellationToken cancel);

    /// <summary>Tells a server, whose records may have been put back, its own words again.</summary>
    Task<WordsHeard> BringWordsAsync(AuthorityWord[] words, CancellationToken cancel);

    /// <summary>What the entries came to in the server's books.</summary>
    /// <param name="kept">Those of which the till was told that they are kept for a person: it does not count them.</param>
    Task<ControlTotals> TotalsAsync(long from, long through, IReadOnlyList<long> kept, CancellationToken cancel);
}

/// <summary>The shop over HTTP.</summary>
public sealed class ShopClient(TillHttp http) : IShopChannel
{
    /// <param name="secret">Of the enrolment code.</param>
    /// <param name="keys">By which the server is known.</param>
    public static async Task<EnrolReply> EnrolAsync(string server, string secret, PinnedKeys keys, CancellationToken cancel)
    {
        using var http = new TillHttp(server, null, keys);
        var request = new EnrolRequest(secret, Protocol.Version, BookmineSetup.SchemaVersion);
        return await http.PostAsync("sync/enrol", JsonContent.Create(request, ViewJson.Default.EnrolRequest), ViewJson.Default.EnrolReply, cancel).ConfigureAwait(false);
    }

    public Task<TransactionView?> FindAsync(string number, CancellationToken cancel) =>
        http.GetAsync($"shop/transaction/{Uri.EscapeDataString(number)}", ViewJson.Default.TransactionView, cancel);

    public Task<EditReply> EditAsync(ChangeGroup edit, CancellationToken cancel) =>
        http.PostAsync($"shop/edit/{edit.Id}", new ByteArrayContent(ChangeGroupJson.Write(edit)), ViewJson.Default.EditReply, cancel);

    public Task<EnrolReply> RenewAsync(RenewRequest request, CancellationToken cancel) =>
        http.PostAsync("sync/renew", JsonContent.Create(request, ViewJson.Default.RenewRequest), ViewJson.Default.EnrolReply, cancel);

    public Task<ReadmitReply> ReadmitAsync(ReadmitRequest request, CancellationToken cancel) =>
        http.PostAsync("sync/readmit", JsonContent.Create(request, ViewJson.Default.ReadmitRequest), ViewJson.Default.ReadmitReply, cancel);

    public Task<ClockAcceptance> AcceptClockAsync(ClockAcceptance said, CancellationToken cancel) =>
        http.PostAsync("sync/clock", JsonContent.Create(said, ViewJson.Default.ClockAcceptance), ViewJson.Default.ClockAcceptance, cancel);

    public Task<PinChanged> ChangePinAsync(PinChange change, CancellationToken cancel) =>
        http.PostAsync("shop/pin", JsonContent.Create(change, ViewJson.Default.PinChange), ViewJson.Default.PinChanged, cancel);

    public Task<WordsHeard> BringWordsAsync(AuthorityWord[] words, CancellationToken cancel) =>
        http.PostAsync("sync/words", JsonContent.Create(words, ViewJson.Default.AuthorityWordArray), ViewJson.Default.WordsHeard, cancel);

    public async Task<ControlTotals> TotalsAsync(long from, long through, IReadOnlyList<long> kept, CancellationToken cancel) =>
        await http.GetAsync(
            FormattableString.Invariant($"sync/totals?from={from}&through={through}")
                + (kept.Count > ControlTotals.MostKept ? "" : $"&kept={string.Join(',', kept)}"),
            ViewJson.Default.ControlTotals, cancel).ConfigureAwait(false)
        ?? new ControlTotals(0, 0, 0, new Dictionary<string, long>());
}
