using Bookmine.Schema;
using Bookmine.Schema.Views;
using Bookmine.Sync.Orchestrators;
using Bookmine.SyncServer;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.Tests.Support;
using Bookmine.TillClient.Files;

namespace Bookmine.Tests.SyncServer;

/// <summary>What was revoked or disabled stays so, whatever records are put back and how.</summary>
public abstract class AuthorityWordsTests(Engine engine) : ServerSuite(engine)
{
    private static readonly Actor Admin = new("test", "verb", null);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_revocation_outlives_older_records_by_the_file_beside_them_or_by_a_till_that_heard(bool byFile)
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("stolen");
        var copy = await shop.CopyRecordsAsync();
        Revoke(shop, 2);
        await shop.ResyncAsync("front");
        Assert.True(File.Exists(WordsFile.PathIn(shop.ServerFolder)));

        await shop.PutRecordsBackAsync(copy);
        if (!byFile)
        {
            File.Delete(WordsFile.PathIn(shop.ServerFolder));
        }
        await shop.StartServerAsync();
        if (!byFile)
        {
            Assert.Equal("enrolled", State(shop, 2));
            // The restored records are older than what this till has, which shows at its hello.
            await shop.ResyncAsync("front");
        }

        Assert.Equal("revoked", State(shop, 2));
        await Assert.ThrowsAsync<ServerRefusedException>(() => shop.ResyncAsync("stolen"));
        Assert.True(File.Exists(WordsFile.PathIn(shop.ServerFolder)));
    }

    [Fact]
    public async Task A_till_that_was_enrolled_and_revoked_since_the_backup_does_not_let_itself_in()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var copy = await shop.CopyRecordsAsync();
        await shop.EnrolAsync("stolen");
        Revoke(shop, 2);
        await shop.PutRecordsBackAsync(copy);
        await shop.StartServerAsync();
        Assert.Equal(1, shop.Number("SELECT count(*) FROM till"));

        await Assert.ThrowsAsync<ServerRefusedException>(() => shop.ResyncAsync("stolen"));

        Assert.Equal("revoked", State(shop, 2));
    }

    [Fact]
    public async Task What_was_taken_back_stays_taken_back_and_what_no_server_said_is_no_word()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        Revoke(shop, 1);
        var revoked = shop.Database.Reading(AuthorityWords.All);
        new Machines(shop.Database, shop.Clock, shop.Get<WordsFile>()).LetInAgain(Admin, _ => [1]);
        Assert.Equal("enrolled", State(shop, 1));

        Assert.Equal(0, Hear(shop, revoked));
        Assert.Equal(0, Hear(shop, [new AuthorityWord("till 1", 99, AuthorityWords.Out, 0, revoked[0].Mac)]));
        Assert.Equal(0, Hear(shop, [new AuthorityWord("till 1\n99 out", 0, "", 0, "no mac"), new AuthorityWord("", long.MaxValue, "out", 0, "")]));

        Assert.Equal("enrolled", State(shop, 1));
        Assert.Throws<ShopException>(() => new Machines(shop.Database, shop.Clock, shop.Get<WordsFile>()).LetInAgain(Admin, _ => [1]));
    }

    [Fact]
    public async Task An_operator_who_was_disabled_stays_so_with_older_records()
    {
        await using var shop = await OpenShopAsync();
        shop.Get<Operators>().Add(Admin, "Ada", "1234", OperatorRoles.Cashier, null);
        await shop.EnrolAsync("front");
        var copy = await shop.CopyRecordsAsync();
        shop.Get<Operators>().Disable(Admin, "Ada");
        await shop.ResyncAsync("front");

        await shop.PutRecordsBackAsync(copy);
        await shop.StartServerAsync();
        await shop.ResyncAsync("front");

        Assert.Equal(1, shop.Number("SELECT disabled FROM operator"));
        await shop.ResyncAsync("front");
        Assert.Empty(shop.OpenTill("front", true).Records.Operators());
    }

    [Fact]
    public async Task A_word_that_the_disk_has_changed_on_a_till_is_heard_by_nobody_and_hinders_nothing()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("stolen");
        Revoke(shop, 2);
        await shop.ResyncAsync("front");
        var file = Path.Combine(shop.TillFolder("front"), "words.json");
        Assert.Single(new KeptWordsFile(file).Words);
        await File.WriteAllTextAsync(file, "[{\"subject\":", TestContext.Current.CancellationToken);
        shop.Write("UPDATE till SET reprovision_from = @now WHERE id = 1", shop.Clock.GetUtcNow().AddMinutes(1).ToUnixTimeMilliseconds());
        shop.Clock.Advance(TimeSpan.FromMinutes(2));

        Assert.True((await shop.ResyncAsync("front")).Agree);

        Assert.Single(new KeptWordsFile(file).Words);
    }

    private sealed record KeptWordsFile(string File)
    {
        public AuthorityWord[] Words => System.Text.Json.JsonSerializer.Deserialize(System.IO.File.ReadAllText(File), ViewJson.Default.AuthorityWordArray)!;
    }

    private static void Revoke(Shop shop, long till) => Assert.Contains(till, new Machines(shop.Database, shop.Clock, shop.Get<WordsFile>()).Revoke(Admin, _ => [till]));

    private static string? State(Shop shop, long till) => shop.Text("SELECT state FROM till WHERE id = @till", till);

    private static int Hear(Shop shop, IReadOnlyList<AuthorityWord> words) => shop.Database.Writing(session => AuthorityWords.Hear(session, words));
}
