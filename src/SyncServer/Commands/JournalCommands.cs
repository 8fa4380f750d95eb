using System.CommandLine;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Wire;
using Bookmine.SyncServer.Tills;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>journal import</c>: the sales of a till that cannot bring them itself.</summary>
internal static class JournalCommands
{
    private const int MostShown = 20;
    private static readonly Argument<string> File = new("file") { Description = "What bookmine-till journal export wrote, or a till's mirror" };

    public static Command Make(Verbs verbs) => new("journal", "Tills' journals, brought by hand")
    {
        verbs.Make("import", "Post a till's exported journal; what is here already is not posted again, also when the till itself comes back", Import, File),
    };

    private static int Import(CommandContext context)
    {
        var file = context.Get(File);
        if (!System.IO.File.Exists(file))
        {
            throw new ShopException($"There is no file {file}.");
        }
        using var database = context.OpenDatabase();
        var faults = new List<ImportedLine>();
        using var reader = new StreamReader(file);
        var till = ReadTill(reader, file, database, context.Clock);
        var outcome = ShopOrchestrator.Make(database, context.DataFolder, context.Clock)
            .Import(till, new EntityIds(context.Clock).Next(), Entries(reader, till.Client, faults));
        context.Print(
            new { Till = till.Client, outcome.Posted, outcome.Quarantined, outcome.Known, outcome.KeptAside, Unreadable = faults.Select(f => new { f.Line, Reason = f.Fault }) },
            $"till {till.Client}: {outcome.Posted} entries posted, {outcome.Known} were here already, {outcome.Quarantined} are in quarantine"
            + (outcome.KeptAside == 0 ? "" : $"\n{outcome.KeptAside} do not continue what is here, and wait with those in quarantine: bookmine-server quarantine list")
            + string.Concat(faults.Take(MostShown).Select(f => $"\nline {f.Line}: {f.Fault}"))
            + (faults.Count > MostShown ? $"\n… {faults.Count} lines in all" : ""));
        return faults.Count == 0 ? 0 : 1;
    }

    private static ClientRecord ReadTill(StreamReader reader, string file, IServerDatabase database, TimeProvider clock)
    {
        try
        {
            var number = JournalLines.ReadHead(reader.ReadLine());
            var tills = new TillRegister(database, clock);
            return tills.RecordOf(tills.Find(number) ?? throw new ShopException($"{file} is of till {number}, which is no till of this shop's. Nothing was posted."));
        }
        catch (WireFormatException e)
        {
            throw new ShopException($"{file}: {e.Message} Give what bookmine-till journal export wrote. Nothing was posted.");
        }
    }

    private static IEnumerable<PushedEntry> Entries(StreamReader reader, long till, List<ImportedLine> faults)
    {
        for (var number = 2; reader.ReadLine() is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line) || IsHead(line, till))
            {
                continue;
            }
            var read = JournalLines.ReadEntry(number, line);
            if (read.Entry is { } entry)
            {
                yield return entry;
            }
            else
            {
                faults.Add(read);
            }
        }
    }

    /// <summary>Files that were put one behind the other.</summary>
    private static bool IsHead(string line, long till)
    {
        try
        {
            return JournalLines.ReadHead(line) == till;
        }
        catch (WireFormatException)
        {
            return false;
        }
    }
}
