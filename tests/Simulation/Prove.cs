using System.Diagnostics;

namespace Bookmine.Simulation;

/// <summary>
/// Proves the simulation itself: plants a fault of the kind that products of this field have had into a copy of the sources, one at a time,
/// and sees that seeds fail. A fault that no seed finds is a hole in the simulation.
/// </summary>
internal static class Prove
{
    private const int SeedsGiven = 500;

    /// <param name="Name">What is wrong, in the trade's words.</param>
    private sealed record Planted(string Name, params (string File, string Right, string Wrong)[] Changes);

    private static readonly Planted[] Faults =
    [
        new("a cursor by the clock",
            ("db/sqlite/sync/tables.sql", "k_int INTEGER NOT NULL, k_guid BLOB NOT NULL) STRICT;\nCREATE TABLE IF NOT EXISTS sync_bucket",
                "k_int INTEGER NOT NULL, k_guid BLOB NOT NULL, at REAL NOT NULL DEFAULT (julianday('now'))) STRICT;\nCREATE TABLE IF NOT EXISTS since (at REAL); INSERT INTO since VALUES (0);\nCREATE TABLE IF NOT EXISTS sync_bucket"),
            ("src/Sync/Feed/Sequencer.cs", "FROM sync_dirty ORDER BY id", "FROM sync_dirty WHERE at > (SELECT max(at) FROM since) ORDER BY id"),
            ("src/Sync/Feed/Sequencer.cs", "DeleteNotes(session, notes);",
                "session.Execute(\"INSERT INTO since SELECT max(at) FROM sync_dirty\"); session.Execute(\"DELETE FROM sync_dirty\");")),
        new("a cursor by the highest id",
            ("db/sqlite/sync/tables.sql", "CREATE TABLE IF NOT EXISTS sync_bucket",
                "CREATE TABLE IF NOT EXISTS since (id INTEGER); INSERT INTO since VALUES (0);\nCREATE TABLE IF NOT EXISTS sync_bucket"),
            ("src/Sync/Feed/Sequencer.cs", "FROM sync_dirty ORDER BY id", "FROM sync_dirty WHERE id > (SELECT max(id) FROM since) ORDER BY id"),
            ("src/Sync/Feed/Sequencer.cs", "DeleteNotes(session, notes);",
                "session.Execute(\"INSERT INTO since SELECT max(id) FROM sync_dirty\"); DeleteNotes(session, notes);")),
        new("notes of changed rows that are upserted, read in one transaction and deleted in another",
            ("db/sqlite/sync/tables.sql", "CREATE TABLE IF NOT EXISTS sync_bucket",
                "CREATE UNIQUE INDEX IF NOT EXISTS sync_dirty_row ON sync_dirty (tab, k_int, k_guid);\nCREATE TABLE IF NOT EXISTS sync_bucket"),
            ("src/SyncServer/Database/SqliteDatabase.cs", "$\"INSERT INTO sync_dirty (tab", "$\"INSERT OR IGNORE INTO sync_dirty (tab"),
            ("src/Sync/Feed/ServerProvisioner.cs", "\"INSERT INTO sync_dirty (tab", "\"INSERT OR IGNORE INTO sync_dirty (tab"),
            ("src/Sync/Feed/Sequencer.cs", "DeleteNotes(session, notes);", ""),
            ("src/Sync/Feed/Sequencer.cs", "return database.TrySequencing(session => taken = Take(session)) ? taken : null;",
                """
                List<Note> notes = [];
                if (!database.TrySequencing(session => { notes = ReadNotes(session); taken = Take(session); }))
                {
                    return null;
                }
                database.Writing(session => { DeleteNotes(session, notes); return 0; });
                return taken;
                """)),
        new("a journal taken as posted by a reset of the replica",
            ("src/Sync/Orchestrators/ClientOrchestrator.cs", "await downloader.RunAsync(NextStep.Snapshot, hello, progress, cancel).ConfigureAwait(false);",
                "await downloader.RunAsync(NextStep.Snapshot, hello, progress, cancel).ConfigureAwait(false); journal.Acknowledge([], journal.LastN);")),
        new("a docket printed before the sale is durable",
            ("src/Sync/Journal/JournalSchema.cs", "synchronous = FULL", "synchronous = NORMAL")),
        new("an acknowledgement before the commit is durable",
            ("src/SyncServer/Database/SqliteDatabase.cs", "synchronous = FULL", "synchronous = NORMAL"),
            ("src/SyncServer/Database/SqliteDatabase.cs", "private const long Full = 2", "private const long Full = 1")),
        new("an overlay dropped at the acknowledgement",
            ("src/TillClient/Finding/ReplicaView.cs", "var included = Included;", "var included = journal.Acknowledged;")),
        new("an overlay that keeps what the replica has come to include",
            ("src/Sync/Replica/OverlayWriter.cs", "if (marks.Through <= included && wanted.Count == 0)", "if (marks.Through < 0)"),
            ("src/Sync/Replica/OverlayWriter.cs", "{IsGone(OverlayRows.EntryColumn)}", "{OverlayRows.EntryColumn} < @included")),
        new("an overlay that is taken for this journal's without a look",
            ("src/Sync/Replica/OverlayWriter.cs", "        && journal.ChainAt(marks.Through).AsSpan().SequenceEqual(marks.Chain);",
                "        && marks.Chain.Length == 32;")),
        new("a sale from before a count that is taken off what was counted",
            ("src/SyncServer/Posting/StockStanding.cs", "moments.Where(at => at >= moment)", "moments.Where(at => at < 0)")),
        new("a tender of which the days' totals know the largest payment alone",
            ("src/SyncServer/Reports/DayTotals.cs", "{paymentDay}, method, CAST(sum(amount_cents)", "{paymentDay}, method, CAST(max(amount_cents)")),
        new("money of another day that is left out of the accounts",
            ("src/SyncServer/BackOffice/Accounts.cs", "var isOfAnotherDay = isMoney && taken != day;",
                "var isOfAnotherDay = isMoney && taken != day; cents = isOfAnotherDay ? 0 : cents;")),
        new("an on-hand count written as a number",
            ("src/SyncServer/Posting/ShopLedger.cs", "row.Integer(Columns.Holding.OnHand) + quantity", "50 + quantity")),
        new("a holding written as it was read before its lock",
            ("src/Sync/Posting/LiveRows.cs", "rows[(table.Key, row.Key)].Row = row;",
                "rows[(table.Key, row.Key)].Row = table.Key.Name == \"holding\" ? Seen.GetOrAdd(row.Key, row.Copy()).Copy() : row;"),
            ("src/Sync/Posting/LiveRows.cs", "    private enum Fate",
                "    private static readonly System.Collections.Concurrent.ConcurrentDictionary<RowKey, Row> Seen = new();\n\n    private enum Fate")),
        new("a row lost in a set",
            ("src/Sync/Data/Session.cs", "[.. rows.Columns.Select(c => c.Name)]), rows.Rows);",
                "[.. rows.Columns.Select(c => c.Name)]), table == \"payment\" && rows.Count > 1 ? [.. rows.Rows.SkipLast(1)] : rows.Rows);"),
            ("src/Sync/Posting/LiveRows.cs", "if (written != write.Rows.Count)", "if (written < 0)")),
        new("a number taken out of order",
            ("src/SyncServer/Posting/Numbering.cs", "taken.Add(++LastTransId);\n        return LastTransId;",
                "taken.Add(++LastTransId);\n        return LastTransId % 7 == 0 ? LastTransId + 1 : LastTransId % 7 == 1 ? LastTransId - 1 : LastTransId;"),
            ("src/SyncServer/Posting/Numbering.cs", "public long Next => LastTransId + 1;",
                "public long Next => (LastTransId + 1) % 7 == 0 ? LastTransId + 2 : (LastTransId + 1) % 7 == 1 ? LastTransId : LastTransId + 1;")),
        new("a finding without its occurrence",
            ("src/SyncServer/Posting/Findings/FindingLog.cs", "session.InsertAll(\"finding_occurrence\", occurrences);", "_ = occurrences;")),
        new("a D-number used again",
            ("src/Sync/Journal/NumberBlocks.cs", "ON CONFLICT DO NOTHING\", block.First, block.Last)", "ON CONFLICT DO NOTHING\", 100_001L, 200_000L)")),
        new("a removal forgotten when a row leaves a till's scope, and digests not compared",
            ("src/Sync/Replica/ReplicaApply.cs", "if (TableSql.Find(session, table, key) is { } old && BucketOf(old) == bucket)",
                "if (table.Number != 8 && TableSql.Find(session, table, key) is { } old && BucketOf(old) == bucket)"),
            ("src/Sync/Replica/ReplicaApply.cs", "        Compare(checkpoint);", "        _ = (Action<Checkpoint>)Compare;")),
        new("an answer given anew to an entry that comes again",
            ("src/Sync/Posting/Inbox.cs", "answered.Add(known.Answer);",
                "answered.Add(known.Answer with { Number = known.Answer.Number + 1 });")),
        new("a sale that was posted before a restore kept with what was not, until its till is admitted",
            ("src/Sync/Posting/PostingUnit.cs", "e is { Given.State: EntryState.Posted } or { Group: null } ? e : e with",
                "e is { Group: null } ? e : e with")),
        new("a revocation forgotten with the records it was said in",
            ("src/SyncServer/Authority/AuthorityWords.cs", "            Apply(session, word);\n", "")),
        new("rows of a foreign till that the server has otherwise, and that do not go back",
            ("src/SyncServer/Foreign/ForeignDownload.cs", "foreach (var key in again)", "foreach (var key in again.Take(0))")),
        new("a restore that a foreign till shows by its own journal alone, overlooked",
            ("src/SyncServer/Foreign/ForeignExchange.cs", "if (isProven && proof!.Entry > held)", "if (isProven && proof!.Entry < 0 * held)")),
        new("a till that waits and is not woken",
            ("src/Sync/Feed/NewsBoard.cs", "FROM sync_feed WHERE seq > @since)", "FROM sync_feed WHERE seq > @since + 1)")),
    ];

    public static int All(string only)
    {
        var root = FindRoot();
        var copy = Directory.CreateTempSubdirectory("bookmine-planted-").FullName;
        try
        {
            CopyTree(root, copy);
            if (only.Length == 0 && Seeds(copy).Code != 0)
            {
                Console.WriteLine("FAILS without any planted fault");
                return 1;
            }
            var missed = Faults.Where(f => f.Name.Contains(only, StringComparison.Ordinal)).Count(f => !IsCaught(f, root, copy));
            Console.WriteLine(missed == 0 ? "every planted fault was caught" : $"{missed} planted faults were not caught");
            return missed == 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    private static bool IsCaught(Planted fault, string root, string copy)
    {
        foreach (var (file, right, wrong) in fault.Changes)
        {
            var path = Path.Combine(copy, file);
            var text = File.ReadAllText(path);
            if (!text.Contains(right, StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"{file} no longer has the place where “{fault.Name}” is planted: {right}");
            }
            File.WriteAllText(path, text.Replace(right, wrong, StringComparison.Ordinal));
        }
        var (code, output) = Seeds(copy);
        foreach (var (file, _, _) in fault.Changes)
        {
            File.Copy(Path.Combine(root, file), Path.Combine(copy, file), overwrite: true);
            File.SetLastWriteTimeUtc(Path.Combine(copy, file), TimeProvider.System.GetUtcNow().UtcDateTime);
        }
        var first = output.Split('\n').SkipWhile(l => !l.StartsWith("SEED", StringComparison.Ordinal)).Take(2).Select(l => l.Trim());
        Console.WriteLine($"{(code == 1 ? "caught" : "MISSED")}: {fault.Name} ({string.Join(": ", first)})");
        return code == 1;
    }

    /// <returns>0 when the seeds pass, 1 when one fails, and what was printed.</returns>
    private static (int Code, string Output) Seeds(string copy)
    {
        var build = Start("dotnet", copy, "build", "tests/Simulation", "-v", "q", "-p:RunAnalyzers=false", "-p:TreatWarningsAsErrors=false");
        return build.Code == 0
            ? Start("dotnet", copy, "tests/Simulation/bin/Debug/net10.0/bookmine-simulation.dll", "run", $"{SeedsGiven}")
            : throw new InvalidOperationException($"the planted copy does not build:\n{build.Output}");
    }

    private static (int Code, string Output) Start(string program, string folder, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true,
            RedirectStandardError = true })!;
        _ = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    private static void CopyTree(string root, string copy)
    {
        foreach (var file in (string[])["global.json", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props",
            "BannedSymbols.txt", ".editorconfig"])
        {
            File.Copy(Path.Combine(root, file), Path.Combine(copy, file));
        }
        foreach (var folder in (string[])["src", "db", Path.Combine("tests", "Simulation"), Path.Combine("tests", "Support")])
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(root, folder), "*", SearchOption.AllDirectories))
            {
                var name = Path.GetRelativePath(root, file);
                if (!name.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(copy, name))!);
                    File.Copy(file, Path.Combine(copy, name));
                }
            }
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Bookmine.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("Run this inside a checkout.");
        }
        return folder.FullName;
    }
}
