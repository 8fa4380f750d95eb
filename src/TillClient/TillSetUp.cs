using Bookmine.Schema.Views;
using Bookmine.Sync.Files;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Wire;
using Bookmine.TillClient.Files;
using Bookmine.TillClient.Server;

namespace Bookmine.TillClient;

/// <summary>A till's folder before there is a till in it, and when there can be none any more.</summary>
public static class TillSetUp
{
    /// <summary>Trades an enrolment code for an identity in an empty folder. The first replica is fetched by <see cref="Till.ReprovisionAsync"/>.</summary>
    public static async Task<TillIdentity> EnrolAsync(string folder, string server, string code, TimeProvider clock, CancellationToken cancel)
    {
        var machine = TillMachine.This(clock);
        if (TillIdentity.Exists(machine.Files, folder) || machine.Files.Exists(ClientJournal.FileIn(folder)))
        {
            throw new TillException(
                $"{folder} holds an enrolled till already. For a fresh replica: bookmine-till reprovision. To enrol another till, give an empty folder with --data.");
        }
        PrivateFiles.MakeFolder(folder);
        EnrolReply reply;
        try
        {
            reply = await ShopClient.EnrolAsync(server, code, cancel).ConfigureAwait(false);
        }
        catch (ServerAwayException)
        {
            throw new TillException($"The server {server} does not answer. Is it running, and is this its address? The code can still be used.");
        }
        var identity = new TillIdentity(server, reply.Till, reply.Name, reply.Branch, reply.Secret, reply.Proof);
        TakeIdentity(machine, folder, identity, new NumberBlock(reply.BlockFirst, reply.BlockLast));
        return identity;
    }

    /// <summary>Makes the folder an enrolled till's: its identity, and a journal with its first block of numbers.</summary>
    public static void TakeIdentity(TillMachine machine, string folder, TillIdentity identity, NumberBlock block)
    {
        identity.Write(machine.Files, folder);
        using var journal = ClientJournal.Open(machine.Files, folder, identity.Till, machine.Clock, machine.Ids);
        journal.AddBlock(block);
    }

    /// <summary>
    /// Writes all that can be read of a folder's journal as lines of JSON, for <c>bookmine-server journal import</c>. Works on a damaged journal
    /// too, and changes nothing.
    /// </summary>
    /// <returns>How many entries were written.</returns>
    public static long ExportJournal(string folder, TillMachine machine, Stream to)
    {
        var client = TillIdentity.Read(machine.Files, folder).Till;
        to.Write(JournalLines.Head(client));
        var count = 0L;
        foreach (var entry in JournalSalvage.Read(machine.Files, folder, client))
        {
            to.Write(JournalLines.Of(entry));
            count++;
        }
        return count;
    }
}
