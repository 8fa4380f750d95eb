using Bookmine.Schema;
using Bookmine.Schema.Entries;
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
        var read = EnrolmentCode.Read(code);
        if (read.ServerKey.Length > 0 && !(read.ServerKey.Length == KeyFingerprint.ShortLength && KeyFingerprint.IsOne(read.ServerKey)))
        {
            throw new TillException("This is no whole enrolment code: it has five groups of five letters and digits, without I, O, 0 and 1. Look for a slip of the keyboard.");
        }
        string[] keys = read.ServerKey.Length > 0 ? [read.ServerKey] : [];
        PrivateFiles.MakeFolder(folder);
        EnrolReply reply;
        try
        {
            reply = await ShopClient.EnrolAsync(server, read.Secret, new PinnedKeys(keys, _ => { }), cancel).ConfigureAwait(false);
        }
        catch (UnknownServerException)
        {
            throw new TillException(
                keys.Length > 0
                    ? $"What answers at {server} is not the server that made this code: its key is another. The code was not sent and can still be used. Look for a slip of the keyboard in its last fifteen letters, and whether the address is right."
                    : $"{server} shows a certificate that no authority known to this machine vouches for. Have the code made with the server's key in it: bookmine-server till enrol-code without --no-key.");
        }
        catch (ServerAwayException)
        {
            throw new TillException($"The server {server} does not answer. Is it running, and is this its address? The code can still be used.");
        }
        var identity = new TillIdentity(server, reply.Till, reply.Name, reply.Branch, reply.Secret, reply.Proof, keys);
        TakeIdentity(machine, folder, identity, new NumberBlock(reply.BlockFirst, reply.BlockLast, reply.BlockMac));
        return identity;
    }

    /// <summary>Makes the folder an enrolled till's: its identity, and a journal with its first block of numbers.</summary>
    public static void TakeIdentity(TillMachine machine, string folder, TillIdentity identity, NumberBlock block)
    {
        identity.Write(machine.Files, folder);
        using var journal = ClientJournal.Open(machine.Files, folder, identity.Till, machine.Clock, machine.Ids, EntryVocabulary.Packing);
        journal.AddBlock(block);
    }

    /// <summary>Has an enrolled till call its server at another address, or know it by another key.</summary>
    /// <param name="server">Null to leave it.</param>
    /// <param name="key">A fingerprint, whole or short; empty to trust the usual authorities; null to leave it.</param>
    /// <exception cref="TillException">One of them is none; nothing was changed.</exception>
    public static void SetServer(IFileStore files, string folder, string? server, string? key)
    {
        var identity = TillIdentity.Read(files, folder);
        if (server is not null)
        {
            _ = TillHttp.Address(server);
            identity = identity with { Server = server };
        }
        if (key is not null)
        {
            var plain = KeyFingerprint.Plain(key);
            if (plain.Length > 0 && !KeyFingerprint.IsOne(plain))
            {
                throw new TillException($"“{key}” is no server's key: bookmine-server key show has it, three groups of five letters and digits. Nothing was changed.");
            }
            identity = identity with { ServerKeys = plain.Length > 0 ? [plain] : [] };
        }
        identity.Write(files, folder);
    }

    /// <summary>
    /// Writes all that can be read of a folder's journal as lines of JSON, for <c>bookmine-server journal import</c>. Works on a damaged journal
    /// too, and changes nothing.
    /// </summary>
    /// <returns>How many entries were written.</returns>
    public static long ExportJournal(string folder, TillMachine machine, Stream to)
    {
        var client = TillIdentity.Read(machine.Files, folder).Till;
        to.Write(JournalLines.Head(client, JournalSalvage.Blocks(machine.Files, folder)));
        var count = 0L;
        foreach (var entry in JournalSalvage.Read(machine.Files, folder, client, EntryVocabulary.Packing))
        {
            to.Write(JournalLines.Of(entry));
            count++;
        }
        return count;
    }
}
