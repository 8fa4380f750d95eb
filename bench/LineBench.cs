using System.Diagnostics;
using Bookmine.Schema;
using Bookmine.Schema.Entries;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Rows;
using Bookmine.TillClient;
using Bookmine.TillClient.Files;
using Bookmine.TillClient.Server;

namespace Bookmine.Bench;

/// <summary>A first replica over a line, the snapshot as it is and packed. bench/on-a-line makes the line; without it this is the loopback's.</summary>
internal static class LineBench
{
    private const int Tries = 3;

    public static async Task RunAsync(int titles)
    {
        await using var shop = await BenchShop.OpenAsync(titles);
        shop.Stock.Clear();
        var first = await FetchAsync(shop, "first", takesPacked: false);
        var snapshot = Directory.GetFiles(shop.File("snapshots"), "*.db").Single();
        Console.WriteLine($"{titles:N0} titles: a snapshot of {Megabytes(snapshot):0.0} MB, made and fetched as it is in {first:0.0} s");
        var packing = await FetchAsync(shop, "packing", takesPacked: true);
        var packed = Directory.GetFiles(shop.File("snapshots"), "*.br").Single();
        var zstd = Zstd(snapshot, shop.File("zstd"));
        Console.WriteLine(
            $"packed {Megabytes(packed):0.0} MB{(zstd is null ? ", zstd is not here to compare" : $", zstd -3 {zstd / 1e6:0.0} MB: {new FileInfo(packed).Length / (double)zstd:0.00} of it")}; packed then and fetched in {packing:0.0} s");
        var (plain, small) = (new List<double>(), new List<double>());
        for (var i = 0; i < Tries; i++)
        {
            plain.Add(await FetchAsync(shop, $"plain-{i}", takesPacked: false));
            small.Add(await FetchAsync(shop, $"small-{i}", takesPacked: true));
        }
        Console.WriteLine(
            $"a first replica, the snapshot ready: as it is {plain.Order().ElementAt(Tries / 2):0.00} s, packed {small.Order().ElementAt(Tries / 2):0.00} s: {plain.Order().ElementAt(Tries / 2) / small.Order().ElementAt(Tries / 2):0.0} times as fast");
    }

    private static async Task<double> FetchAsync(BenchShop shop, string name, bool takesPacked)
    {
        await shop.EnrolAsync(name);
        var machine = TillMachine.This(TimeProvider.System);
        var identity = TillIdentity.Read(machine.Files, shop.TillFolder);
        var keys = new PinnedKeys(identity.ServerKeys ?? [], _ => { });
        using var http = new TillHttp(identity.Server, identity, keys);
        using var journal = ClientJournal.Open(machine.Files, shop.TillFolder, identity.Till, machine.Clock, machine.Ids, EntryVocabulary.Packing);
        using var orchestrator = new ClientOrchestrator(
            BookmineSetup.Instance, journal, machine.Files, shop.TillFolder, new HttpServerChannel(http, keys, machine.Files, takesPacked), machine.Clock, machine.Ids, _ => (null, 0));
        var began = Stopwatch.GetTimestamp();
        await orchestrator.ReprovisionAsync();
        var taken = Stopwatch.GetElapsedTime(began).TotalSeconds;
        Directory.Delete(shop.TillFolder, recursive: true);
        return taken;
    }

    private static long? Zstd(string file, string to)
    {
        try
        {
            using var zstd = Process.Start(new ProcessStartInfo("zstd", ["-3", "-q", "-f", "-o", to, file]))!;
            zstd.WaitForExit();
            return zstd.ExitCode == 0 ? new FileInfo(to).Length : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static double Megabytes(string file) => new FileInfo(file).Length / 1e6;
}
