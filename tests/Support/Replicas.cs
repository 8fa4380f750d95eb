using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Replica;
using Bookmine.Sync.Rows;
using Bookmine.TillClient.Files;

namespace Bookmine.Tests.Support;

/// <summary>Compares a till's replica with the server's tables, row by row and value by value, without the engine's digests.</summary>
internal static class Replicas
{
    public static void AssertEqual(Shop shop, string till, long branch = 1) => AssertEqual(shop.Database, shop.TillFolder(till), shop.Clock, branch);

    public static void AssertEqual(IServerDatabase database, string folder, TimeProvider clock, long branch = 1)
    {
        var scope = BookmineSetup.ScopeOf(branch, BranchDay.MonthOf(BranchDay.Of(clock.GetUtcNow().ToUnixTimeMilliseconds(), TimeZoneInfo.Utc)));
        var expected = database.Reading(s => Rows(s)).Where(r => scope.Contains(r.Bucket)).Select(r => r.Text).Order(StringComparer.Ordinal).ToList();
        using var session = new Session(SqliteFiles.Open(new ReplicaFolder(Disk.Files, folder).Current!));
        var actual = Rows(session).Select(r => r.Text).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(expected, actual);
    }

    private static List<(string? Bucket, string Text)> Rows(Session session) =>
    [
        .. BookmineSetup.Instance.Tables.SelectMany(table => TableSql.Where(session, table, "1 = 1")
            .Select(row => (table.Bucket.Of(row), $"{table.Name} {Convert.ToHexStringLower(CanonicalRow.Write(row))}")))
            .Where(r => r.Item1 is not null),
    ];
}
