using System.Security.Cryptography;
using Bookmine.Schema;
using Bookmine.Sync.Clocks;
using Bookmine.Sync.Files;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Rows;
using Bookmine.TillClient.Files;
using Bookmine.TillClient.Server;

namespace Bookmine.TillClient;

/// <summary>A till's line to its server.</summary>
/// <param name="Connection">What holds the line open.</param>
public sealed record ServerLine(IServerChannel Channel, IShopChannel Shop, IDisposable Connection);

/// <summary>The machine a till runs on: its disk, its clock, its line to the server, its source of chance.</summary>
/// <param name="Connect">The line of the till in a folder.</param>
public sealed record TillMachine(IFileStore Files, TimeProvider Clock, EntityIds Ids, Random Chance, Func<string, TillIdentity, ServerLine> Connect)
{
    /// <summary>How long the journal keeps answered entries in its own file.</summary>
    public Sync.Journal.JournalKeeping Keeping { get; init; } = Sync.Journal.JournalKeeping.Standard;

    /// <summary>What the machine knows of its clock.</summary>
    public IMachineClock TimeKeeping { get; init; } = MachineClock.This(Clock);

    /// <summary>Makes 256 secret bits.</summary>
    public Func<byte[]> NewSecret { get; init; } = () => RandomNumberGenerator.GetBytes(32);

    /// <summary>This machine.</summary>
    public static TillMachine This(TimeProvider clock)
    {
        var files = new DiskFiles(SqliteFiles.Open, SqliteFiles.IsDamage);
        return new TillMachine(files, clock, new EntityIds(clock), new Random(), (folder, identity) =>
        {
            var keys = new PinnedKeys(
                identity.ServerKeys ?? [], announced => (TillIdentity.Read(files, folder) with { ServerKeys = announced }).Write(files, folder));
            var http = new TillHttp(identity.Server, identity, keys);
            return new ServerLine(new HttpServerChannel(http, keys, files), new ShopClient(http), http);
        });
    }
}
