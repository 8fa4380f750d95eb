using System.CommandLine;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Journal;
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
    private static readonly Option<long?> Branch = new("--branch") { Description = "The till's branch, when the records were put back from a backup made before it was enrolled" };

    public static Command Make(Verbs verbs) => new("journal", "Tills' journals, brought by hand")
    {
        verbs.Make("import", "Post a till's exported journal; what is here already is not posted again, also when the till itself comes back", Import, File, Branch),
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
        var till = ReadTill(file, context, database);
        var outcome = ShopOrchestrator.Make(database, context.DataFolder, context.ServerClock, context.ServerClock.Demand)
            .Import(till, new EntityIds(context.Clock).Next(), Entries(file, till.Client, faults));
        context.Note(
            database, "journal import", $"till {till.Client}",
            $"{Path.GetFileName(file)}: {outcome.Posted} posted, {outcome.Known} known, {outcome.Quarantined} in quarantine, {outcome.KeptAside} kept aside");
        context.Print(
            new { Till = till.Client, outcome.Posted, outcome.Quarantined, outcome.Known, outcome.KeptAside, Unreadable = faults.Select(f => new { f.Line, Reason = f.Fault }) },
            $"till {till.Client}: {outcome.Posted} entries posted, {outcome.Known} were here already, {outcome.Quarantined} are in quarantine"
            + (outcome.KeptAside == 0 ? "" : $"\n{outcome.KeptAside} do not continue what is here, and wait with those in quarantine: bookmine-server quarantine list")
            + string.Concat(faults.Take(MostShown).Select(f => $"\nline {f.Line}: {f.Fault}"))
            + (faults.Count > MostShown ? $"\n… {faults.Count} lines in all" : ""));
        return faults.Count == 0 ? 0 : 1;
    }

    private static ClientRecord ReadTill(string file, CommandContext context, IServerDatabase database)
    {
        var heads = Heads(file);
        var number = heads[0].Client;
        var tills = new TillRegister(database, context.Clock);
        var till = tills.Find(number)
            ?? (context.Get(Branch) is { } branch ? new Enrolment(database, context.Clock, new SystemSecrets(), new EntityIds(context.Clock)).Recall(number, branch)
                : throw new ShopException(
                    $"{file} is of till {number}, which these records do not know. If they were put back from a backup made before the till was enrolled, say its branch as well: --branch B. Nothing was posted."));
        return tills.RecordOf(till, [.. heads.SelectMany(h => h.Blocks ?? [])]);
    }

    private static List<ExportHead> Heads(string file)
    {
        try
        {
            var first = JournalLines.ReadHead(System.IO.File.ReadLines(file).FirstOrDefault());
            return [.. System.IO.File.ReadLines(file).Where(l => JournalLines.IsHead(l, first.Client)).Select(JournalLines.ReadHead)];
        }
        catch (WireFormatException e)
        {
            throw new ShopException($"{file}: {e.Message} Give what bookmine-till journal export wrote. Nothing was posted.");
        }
    }

    private static IEnumerable<PushedEntry> Entries(string file, long till, List<ImportedLine> faults)
    {
        foreach (var (i, line) in System.IO.File.ReadLines(file).Index())
        {
            // Heads also stand between the entries, where blocks were leased or files put one behind the other.
            if (string.IsNullOrWhiteSpace(line) || JournalLines.IsHead(line, till))
            {
                continue;
            }
            var read = JournalLines.ReadEntry(i + 1, line);
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
}
