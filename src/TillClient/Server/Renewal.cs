using Bookmine.Schema.Views;
using Bookmine.Sync.Files;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Wire;
using Bookmine.TillClient.Files;

namespace Bookmine.TillClient.Server;

/// <summary>
/// When the journal has forked: what it has beyond the common part goes to the server's quarantine, and this machine gets an identity of its
/// own, with which it goes on at the next start.
/// </summary>
internal sealed class Renewal(ClientOrchestrator orchestrator, IShopChannel shop, IFileStore files, string folder, Func<byte[]> newSecret)
{
    public async Task<TillRenewedException> RunAsync(TillIdentity identity, JournalForkedException fork, CancellationToken cancel)
    {
        await orchestrator.HandOverForkAsync(cancel).ConfigureAwait(false);
        var reply = await shop.RenewAsync(new RenewRequest(NewIdentity.SecretToAskWith(files, folder, newSecret)), cancel).ConfigureAwait(false);
        NewIdentity.WriteDown(
            files, folder, TillIdentity.Read(files, folder) with { Till = reply.Till, Name = reply.Name, Branch = reply.Branch, Secret = reply.Secret, Proof = reply.Proof },
            new NumberBlock(reply.BlockFirst, reply.BlockLast, reply.BlockMac));
        return new TillRenewedException(
            $"{fork.Message} What this machine sold since is with the server, for the manager to look at (bookmine-server quarantine list). "
            + $"It goes on as till {reply.Name}: start the program again.");
    }
}
