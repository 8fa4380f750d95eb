using Bookmine.Schema;
using Bookmine.Schema.Views;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Wire;

namespace Bookmine.TillClient.Server;

/// <summary>Asks the server for a transaction that is not at hand here, and waits for it no longer than a person would.</summary>
internal sealed class LookUp(ServerLink link, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <returns>Null when the text is no number of a transaction, or the server knows none or is away.</returns>
    public async Task<TransactionView?> FindAsync(string text, CancellationToken cancel)
    {
        if (!DocketNumber.TryParse(text, out var number) || Isbn.TryParse(text, out _) || !link.MayTry)
        {
            return null;
        }
        using var waited = new CancellationTokenSource(Patience, clock);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel, waited.Token);
        try
        {
            return await link.TryAsync(() => link.Shop.FindAsync(number.ToString(), patience.Token)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ServerAwayException or ServerRefusedException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return null;
        }
    }
}
