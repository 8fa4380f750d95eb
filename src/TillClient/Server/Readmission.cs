using Bookmine.Schema.Views;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Wire;
using Bookmine.TillClient.Files;

namespace Bookmine.TillClient.Server;

/// <summary>Calls a server; one that no longer knows this till, because its records were restored from an older backup, is asked to know it again first.</summary>
internal sealed class Readmission(IShopChannel shop, TillIdentity identity, Func<string?> epoch, Func<JournalEntry?> highest)
{
    private const int Unknown = 401;

    public async Task<T> RunAsync<T>(Func<Task<T>> call, CancellationToken cancel)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (ServerRefusedException e) when (e.Status == Unknown && identity.Proof is not null)
        {
            var proof = AnswerProof.Of(highest());
            var request = new ReadmitRequest(
                identity.Till, identity.Name, identity.Branch, identity.Secret, identity.Proof, epoch(), proof, proof?.Answer.Number ?? 0);
            await shop.ReadmitAsync(request, cancel).ConfigureAwait(false);
            return await call().ConfigureAwait(false);
        }
    }
}
