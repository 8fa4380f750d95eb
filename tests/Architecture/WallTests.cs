using System.Text.RegularExpressions;

namespace Bookmine.Tests.Architecture;

/// <summary>Keeps the walls between the rooms by reading their files.</summary>
public sealed partial class WallTests
{
    private static readonly string Root = FindRoot();

    [Theory]
    [InlineData("src/Sync", @"\b(books?|isbn|docket|sales?|stock|branch|cashier|contact)\b|Bookmine\.(Schema|SyncServer|TillClient)|HttpClient|AspNetCore|Npgsql|SqlClient|Data\.Sqlite")]
    [InlineData("src/Sqlite", @"Bookmine\.(Schema|SyncServer|TillClient)|Bookmine\.Sync\.(?!Data)|SELECT ")]
    [InlineData("src/Schema", @"System\.Data|DbConnection|HttpClient|AspNetCore|Terminal\.Gui|System\.IO|File\.|Bookmine\.(SyncServer|TillClient)")]
    [InlineData("src/SyncServer/Rules", @"System\.Data|Session|HttpClient|AspNetCore|TimeProvider|DateTime|File\.|Bookmine\.SyncServer\.(Database|Posting|Endpoints)|Bookmine\.Sync\.(Journal|Wire|Data|Feed|Orchestrators)")]
    [InlineData("src/TillClient/Screens", @"Bookmine\.Sync\.(?!Orchestrators)|HttpClient|System\.Data|SELECT |INSERT ")]
    [InlineData("src/SyncServer/Endpoints", @"\bSELECT\b|\bUPDATE\b|\bDELETE FROM\b|\bINSERT INTO\b|TableSql|\.Execute\(")]
    [InlineData("src/SyncServer/Pages", @"(?-i:\b(SELECT|UPDATE|DELETE FROM|INSERT INTO)\b)|TableSql|session\.(Execute|Query|Scalar|Integer)\(|SyncServer\.Api")]
    [InlineData("src/SyncServer/Api", @"(?-i:\b(SELECT|UPDATE|DELETE FROM|INSERT INTO)\b)|TableSql|session\.(Execute|Query|Scalar|Integer)\(|SyncServer\.(Pages|Commands)")]
    [InlineData("src/SyncServer/BackOffice", @"Console\.|AspNetCore\.(Http|Components|Mvc)|HttpContext|SyncServer\.(Pages|Api|Commands|Endpoints)")]
    [InlineData("src/SyncServer/Commands", @"(?-i:\b(SELECT|UPDATE|DELETE FROM|INSERT INTO)\b)|TableSql|session\.(Execute|Query|Scalar|Integer)\(")]
    public void A_room_never_mentions_what_is_not_its_business(string room, string forbidden)
    {
        var pattern = new Regex(forbidden, RegexOptions.IgnoreCase);
        var found = Lines(room).Concat(Lines(room, "*.razor")).Where(l => pattern.IsMatch(l.Code)).Select(l => $"{l.File}:{l.Number}: {l.Code.Trim()}").ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    /// <summary>The bridge is one room that can be left out; nothing else knows whose engine it bridges to, and it has no SQL of its own on the shop.</summary>
    [Fact]
    public void Only_the_bridge_knows_Dotmim()
    {
        var others = Directory.GetDirectories(Path.Combine(Root, "src")).Select(Path.GetFileName).Where(room => room != "DotmimBridge");
        Assert.DoesNotContain(others.SelectMany(room => Lines($"src/{room}")), l => Regex.IsMatch(l.Code, @"using Dotmim|Dotmim\.Sync\.\w+Orchestrator"));
        Assert.DoesNotContain(
            Lines("src/DotmimBridge").Where(l => !l.File.Contains("/Till/", StringComparison.Ordinal)),
            l => Regex.IsMatch(l.Code, @"Bookmine\.SyncServer\.(?!Foreign|Endpoints|ServerProgram)\w+;|Sync\.Data|\bFROM\b"));
        foreach (var project in (string[])["src/DotmimBridge/DotmimBridge.csproj", "tests/DotmimBridge/DotmimBridgeTests.csproj"])
        {
            Assert.Contains("'$(WithDotmim)' == 'true'", File.ReadAllText(Path.Combine(Root, project)), StringComparison.Ordinal);
            Assert.False(File.Exists(Path.Combine(Root, Path.GetDirectoryName(project)!, "packages.lock.json")), $"{project} has no lock file: its packages are not to be had everywhere");
        }
    }

    [Fact]
    public void The_till_in_the_documentation_is_the_one_that_is_run()
    {
        var small = File.ReadAllText(Path.Combine(Root, "tests/DotmimBridge/SmallTill.cs"));
        Assert.Contains(
            small[small.IndexOf("internal static class", StringComparison.Ordinal)..].TrimEnd(), File.ReadAllText(Path.Combine(Root, "docs/dotmim.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void Provisioning_has_no_way_to_the_journal()
    {
        var mentions = Lines("src/Sync/Replica").Concat(Lines("src/Sync/Orchestrators")).Where(l => l.File.EndsWith("Downloader.cs", StringComparison.Ordinal) || l.File.EndsWith("ReplicaFile.cs", StringComparison.Ordinal)
            || l.File.EndsWith("ReplicaFolder.cs", StringComparison.Ordinal) || l.File.EndsWith("ReplicaApply.cs", StringComparison.Ordinal)).Count(l => l.Code.Contains("ClientJournal", StringComparison.Ordinal));
        Assert.Equal(0, mentions);
    }

    [Theory]
    [InlineData("src/Sync", "Bookmine.Sync")]
    [InlineData("src/Schema", "Bookmine.Schema")]
    [InlineData("src/SyncServer", "Bookmine.SyncServer")]
    [InlineData("src/TillClient", "Bookmine.TillClient")]
    public void Of_two_folders_only_one_knows_the_other(string room, string named)
    {
        var folders = Directory.GetDirectories(Path.Combine(Root, room)).Select(f => Path.GetFileName(f)!).Where(f => f is not ("bin" or "obj")).ToHashSet();
        var known = Lines(room).SelectMany(l => Regex.Matches(l.Code, Regex.Escape(named) + @"\.(\w+)").Select(m => (From: Folder(l.File), To: m.Groups[1].Value)))
            .Where(k => k.From != k.To && folders.Contains(k.From) && folders.Contains(k.To)).ToHashSet();
        Assert.DoesNotContain(known, k => string.CompareOrdinal(k.From, k.To) < 0 && known.Contains((k.To, k.From)));

        string Folder(string file) => Path.GetRelativePath(Path.Combine(Root, room), file).Split('/')[0];
    }

    /// <summary>Lines that were longer when this was measured are shortened when they are touched; there are never more of them.</summary>
    [Theory]
    [InlineData(160, 423)]
    [InlineData(200, 60)]
    public void Long_lines_become_fewer(int columns, int most) => Assert.InRange(Lines("src").Count(l => l.Code.Length > columns), 0, most);

    [Fact]
    public void The_last_migration_of_each_engine_says_its_own_number()
    {
        foreach (var engine in Directory.GetDirectories(Path.Combine(Root, "db")))
        {
            var last = Directory.GetFiles(engine, "0*.sql").Order(StringComparer.Ordinal).Last();
            var version = int.Parse(Path.GetFileName(last)[..3], System.Globalization.CultureInfo.InvariantCulture);
            Assert.Matches($@"tables_version.*\b{version}\b", File.ReadAllText(last).Replace('\n', ' '));
        }
    }

    [Fact]
    public async Task Both_programs_their_package_the_hello_and_the_list_of_changes_have_one_version()
    {
        var version = Regex.Match(File.ReadAllText(Path.Combine(Root, "Directory.Build.props")), "<Version>(.*)</Version>").Groups[1].Value;
        Assert.Matches(@"^\d+\.\d+\.\d+$", version);
        Assert.Equal(version, Bookmine.Schema.ProgramVersion.Own);
        Assert.Equal(version, Regex.Match(File.ReadAllText(Path.Combine(Root, "CHANGELOG.md")), @"^## (\S+) ", RegexOptions.Multiline).Groups[1].Value);
        foreach (var program in (string[])["bookmine-server.dll", "till/bookmine-till.dll"])
        {
            using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program), "--version"]) { RedirectStandardOutput = true })!;
            Assert.Equal(version, (await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim());
        }
        Assert.Contains("Directory.Build.props", File.ReadAllText(Path.Combine(Root, "packaging/make-till-deb")), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_simulation_excuses_is_said_in_the_architecture()
    {
        static string Flat(string text) => Regex.Replace(text, @"\s+", " ");
        var said = Flat(File.ReadAllText(Path.Combine(Root, "ARCHITECTURE.md")));
        var sentences = Regex.Matches(File.ReadAllText(Path.Combine(Root, "tests/Simulation/World/Excuse.cs")), @"new\(\s*""[^""]+"",\s*""([^""]+)""\)").Select(m => m.Groups[1].Value).ToList();
        Assert.InRange(sentences.Count, 5, 60);
        Assert.All(sentences, s => Assert.Contains(Flat(s), said, StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_asks_which_engine_it_is_on_outside_the_database_folder() =>
        Assert.DoesNotContain(Lines("src"), l => !l.File.Contains("/Database/", StringComparison.Ordinal) && !l.File.Contains("/src/Sqlite/", StringComparison.Ordinal) && Engine().IsMatch(l.Code));

    [Fact]
    public void A_file_is_one_idea() => Assert.DoesNotContain(
        Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories), f => !Generated(f) && File.ReadLines(f).Count() > 420);

    [Fact]
    public void What_happens_at_the_counter_is_told_in_methods_that_are_seen_whole()
    {
        const int most = 40;
        var longer = new List<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Root, "src", "TillClient", "Screens"), "*.cs"))
        {
            var lines = File.ReadAllLines(file);
            for (var (i, opened) = (0, 0); i < lines.Length; i++)
            {
                opened = lines[i] == "    {" ? i : opened;
                if (lines[i] == "    }" && i - opened - 1 > most)
                {
                    longer.Add($"{Path.GetFileName(file)}, line {opened}: {i - opened - 1}");
                }
            }
        }
        Assert.Empty(longer);
    }

    [Fact]
    public void The_setup_and_the_migrations_name_the_same_columns()
    {
        var migrations = string.Join('\n', Directory.EnumerateFiles(Path.Combine(Root, "db", "sqlite"), "*.sql").Order(StringComparer.Ordinal).Select(File.ReadAllText));
        foreach (var table in Bookmine.Schema.BookmineSetup.Instance.Tables)
        {
            var body = Regex.Match(migrations, $@"CREATE TABLE {table.Name} \((.*?)\) STRICT", RegexOptions.Singleline).Groups[1].Value;
            var columns = Regex.Matches(body, @"(?:^|,)\s*([a-z_0-9]+) (?:INTEGER|TEXT|BLOB)").Select(m => m.Groups[1].Value).ToList();
            columns.AddRange(Regex.Matches(migrations, $@"ALTER TABLE {table.Name} ADD COLUMN ([a-z_0-9]+)").Select(m => m.Groups[1].Value));
            Assert.Equal(table.Columns.Select(c => c.Name), columns);
        }
    }

    [GeneratedRegex(@"is SqliteDatabase|SqliteDialect|engine ==|IsSqlite|IsPostgres")]
    private static partial Regex Engine();

    private static IEnumerable<(string File, int Number, string Code)> Lines(string room, string kind = "*.cs") =>
        Directory.EnumerateFiles(Path.Combine(Root, room), kind, SearchOption.AllDirectories).Where(f => !Generated(f))
            .SelectMany(f => File.ReadLines(f).Select((line, i) => (f.Replace('\\', '/'), i + 1, line)));

    private static bool Generated(string file) => file.Contains("/obj/", StringComparison.Ordinal) || file.Contains("/bin/", StringComparison.Ordinal);

    internal static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Bookmine.sln")))
        {
            folder = folder.Parent!;
        }
        return folder.FullName;
    }
}
