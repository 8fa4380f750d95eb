using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Bookmine.Schema;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Replica;
using Bookmine.Sync.Wire;
using Bookmine.SyncServer;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Tills;
using Bookmine.Tests.Support;
using Bookmine.TillClient;
using Bookmine.TillClient.Files;

namespace Bookmine.Tests.SyncServer;

/// <summary>What follows from a till's state, over the wire; and that whatever the state, what a till has sold is brought.</summary>
public abstract class TillStateTests(Engine engine) : ServerSuite(engine)
{
    private static readonly (HttpMethod Method, string Path, TillDeed Deed)[] Requests =
    [
        (HttpMethod.Post, "sync/hello", TillDeed.Bring), (HttpMethod.Post, "sync/push", TillDeed.Bring), (HttpMethod.Post, "sync/fork", TillDeed.Bring),
        (HttpMethod.Post, "sync/pull", TillDeed.Download), (HttpMethod.Get, "sync/snapshot/none", TillDeed.Download),
        (HttpMethod.Get, "sync/totals?from=1&through=2", TillDeed.Bring), (HttpMethod.Get, "shop/transaction/1", TillDeed.Download),
        (HttpMethod.Get, "sync/refill?after=0", TillDeed.Refill), (HttpMethod.Post, $"shop/edit/{Guid.Empty}", TillDeed.Edit), (HttpMethod.Post, "sync/renew", TillDeed.Renew),
    ];

    [Theory]
    [InlineData(TillState.Enrolled)]
    [InlineData(TillState.Superseded)]
    [InlineData(TillState.Recalled)]
    [InlineData(TillState.Revoked)]
    public async Task Each_state_may_what_its_row_of_the_table_says_and_nothing_else(TillState state)
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        shop.Write("UPDATE till SET state = @state", state.Text());
        using var http = ClientOf(shop, "front");

        foreach (var (method, path, deed) in Requests)
        {
            using var request = new HttpRequestMessage(method, $"{shop.Url}/{path}") { Content = method == HttpMethod.Post ? JsonContent.Create(new { }) : null };
            var status = (await http.SendAsync(request, Cancel)).StatusCode;
            // Spelt out here, so that the table is held against something.
            var may = state == TillState.Enrolled || deed == TillDeed.Bring || (deed == TillDeed.Refill && state != TillState.Revoked);
            Assert.True((status != HttpStatusCode.Forbidden) == may, $"{state}: {path} was answered {status}");
        }
        // Nor is there a fork that would make another till.
        Assert.Equal(1, shop.Number("SELECT count(*) FROM till"));
    }

    [Fact]
    public async Task Tills_of_one_name_in_two_branches_are_two_tills()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await TillSetUp.EnrolAsync(shop.TillFolder("other"), shop.Url, shop.NewCode("front", 2), shop.Clock, Cancel);
        Assert.Equal(2, shop.Number("SELECT count(*) FROM till WHERE state = 'enrolled'"));
    }

    [Fact]
    public async Task A_till_whose_name_another_machine_has_now_posts_what_it_sells_gets_nothing_and_says_what_to_do()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var old = shop.OpenTill("front", false);
        await TillSetUp.EnrolAsync(shop.TillFolder("new"), shop.Url, shop.NewCode("front"), shop.Clock, Cancel);
        shop.Write("UPDATE stock SET title = 'Another title'");

        Assert.NotNull((await old.SellAsync(Sales.Of(Sales.Garden), Cancel)).TransId);
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Garden), Cancel);
        var told = await old.SynchroniseAsync(cancel: Cancel);

        Assert.Contains("under a name of its own", told.Withheld, StringComparison.Ordinal);
        Assert.True(told.Agree);
        Assert.Equal(["D100002"], told.Renumbered.Select(r => r.Docket));
        Assert.Contains("under a name of its own", old.Status().LastError, StringComparison.Ordinal);
        Assert.Equal((2, 0), (shop.Number("SELECT count(*) FROM document"), old.Status().Unposted));
        Assert.True(old.IsProvisioned);
        Assert.Empty(await old.FindAsync("Another", Cancel));
    }

    [Fact]
    public async Task A_till_of_a_lost_backup_is_revoked_instead_or_admitted_once_and_an_admission_that_broke_off_is_gone_on_with()
    {
        await using var shop = await OpenShopAsync();
        var copy = await shop.CopyRecordsAsync();
        await shop.EnrolAsync("front");
        await shop.PutRecordsBackAsync(copy);
        await shop.StartServerAsync();
        var away = shop.OpenTill("front", true);
        for (var i = 0; i < 3; i++)
        {
            await away.SellAsync(Sales.Of(Sales.Garden), Cancel);
        }
        Assert.Equal(3, (await shop.ResyncAsync("front")).Quarantined.Count);
        // Half-way: it is let in, and one is posted.
        shop.Write("UPDATE till SET state = 'enrolled'");
        var desk = ShopOrchestrator.Desk(shop.Database, shop.Clock);
        desk.Post(desk.List(all: false)[0].Id);
        var admission = new Admission(shop.Database, desk, shop.Clock);
        List<Admitted> Admit(long till) => admission.Admit(Actor.AtTheMachine(), _ => [till]);

        Assert.Equal([new Admitted(1, 2, 0)], Admit(1));

        Assert.Contains("does not wait", Assert.Throws<ShopException>(() => Admit(1)).Message, StringComparison.Ordinal);
        Assert.Equal(3, shop.Number("SELECT count(*) FROM document"));
        // A revoked one is none of those, whatever waits of it.
        shop.Write("UPDATE till SET state = 'recalled'");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Garden), Cancel);
        await shop.ResyncAsync("front");
        shop.Write("UPDATE till SET state = 'revoked'");
        Assert.Contains("--undo", Assert.Throws<ShopException>(() => Admit(1)).Message, StringComparison.Ordinal);
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task What_was_kept_for_a_tills_standing_is_judged_by_its_standing_now_when_it_comes_again()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var right = await shop.CopyRecordsAsync();
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Garden), Cancel);
        // Records in which it is recalled, and then those in which it is not.
        shop.Write("UPDATE till SET state = 'recalled'");
        Assert.Single((await shop.ResyncAsync("front")).Quarantined);
        await shop.PutRecordsBackAsync(right);
        await shop.StartServerAsync();

        await shop.ResyncAsync("front");

        Assert.Equal(1, shop.Number("SELECT count(*) FROM document"));
        Assert.Empty(ShopOrchestrator.Desk(shop.Database, shop.Clock).List(all: false));
    }

    [Fact]
    public async Task Nobody_is_admitted_while_the_time_is_not_known_and_an_interrupted_admission_is_found_again()
    {
        await using var shop = await OpenShopAsync();
        var copy = await shop.CopyRecordsAsync();
        await shop.EnrolAsync("front");
        await shop.PutRecordsBackAsync(copy);
        await shop.StartServerAsync();
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Garden), Cancel);
        await shop.ResyncAsync("front");
        var desk = ShopOrchestrator.Desk(shop.Database, shop.Clock);

        Assert.Throws<PostingPutOffException>(() => new Admission(shop.Database, desk, shop.Clock, _ => throw new PostingPutOffException("doubt"))
            .Admit(Actor.AtTheMachine(), Admission.Waiting));
        Assert.Equal("recalled", shop.Text("SELECT state FROM till"));
        // Killed after the first step.
        shop.Write("UPDATE till SET state = 'enrolled'");
        Assert.Equal([new Admitted(1, 1, 0)], shop.Admit());
        Assert.Empty(shop.Admit());
    }

    [Fact]
    public async Task A_superseded_till_that_has_lost_its_journals_end_is_filled_again_and_uses_no_number_twice()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        CopyFolder(shop.TillFolder("front"), shop.TillFolder("copy"));
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Garden), Cancel);
        await shop.ResyncAsync("front");
        shop.Write("UPDATE till SET state = 'superseded'");
        var copy = shop.OpenTill("copy", false);

        Assert.NotNull((await copy.SynchroniseAsync(cancel: Cancel)).Withheld);

        Assert.Equal((1, null), copy.VerifyJournal());
        Assert.False(copy.IsJournalSuspect);
        // Nobody knows what else it had printed, and it gets no other numbers: its status says how it is enrolled anew.
        Assert.Contains("number", (await copy.SellAsync(Sales.Of(Sales.Garden), Cancel)).Outcome.Refused!.Reason, StringComparison.Ordinal);
        Assert.Contains("name of its own", copy.Status().LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fork_is_counted_whatever_numbers_its_entries_have()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Garden), Cancel);
        await shop.ResyncAsync("front");
        var (quota, revoked) = (shop.Get<KeptQuota>(), new KnownTill(1, "front", 1, TillState.Revoked));

        Assert.Throws<ShopException>(() =>
        {
            for (var i = 0; i < 17; i++)
            {
                quota.Demand(revoked, [.. Enumerable.Range(0, 4).Select(_ => new PushedEntry(1, Guid.NewGuid(), "sale", 1, 0, [1], new byte[1024 * 1024]))]);
            }
        });
    }

    [Fact]
    public async Task What_was_posted_of_a_revoked_till_before_the_records_were_put_back_is_posted_again_and_the_rest_waits()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var copy = await shop.CopyRecordsAsync();
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Garden), Cancel);
        var before = (await shop.ResyncAsync("front")).Renumbered.Single();
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse), Cancel);
        await shop.PutRecordsBackAsync(copy);
        await shop.StartServerAsync();
        shop.Write("UPDATE till SET state = 'revoked'");

        await Assert.ThrowsAsync<ServerRefusedException>(() => shop.ResyncAsync("front"));

        Assert.Equal(before.TransId, shop.FindSale(before.Docket)!.TransId);
        Assert.Equal(1, shop.Number("SELECT count(*) FROM document"));
        Assert.Contains("revoked", Assert.Single(ShopOrchestrator.Desk(shop.Database, shop.Clock).List(all: false)).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_posted_by_hand_is_counted_by_both_sides_or_by_neither(bool wasTold)
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Garden), Cancel);
        shop.Write("UPDATE till SET state = 'recalled'");
        if (wasTold)
        {
            Assert.Single((await shop.ResyncAsync("front")).Quarantined);
        }
        else
        {
            await using var deaf = new CrashingTill(shop, "front");
            await deaf.Channel.PushAsync(Guid.NewGuid(), deaf.Journal.After(0, 10), "", Cancel);
        }
        new Admission(shop.Database, ShopOrchestrator.Desk(shop.Database, shop.Clock), shop.Clock).Admit(Actor.AtTheMachine(), _ => [1]);
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse), Cancel);

        var report = await shop.ResyncAsync("front");

        Assert.True(report.Agree, $"{report.Till} {report.Server}");
        Assert.Equal((wasTold ? 1 : 2, 2), (report.Till.Documents, shop.Number("SELECT count(*) FROM document")));
    }

    [Fact]
    public async Task A_person_names_a_till_by_its_name_and_the_one_in_use_is_meant()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await TillSetUp.EnrolAsync(shop.TillFolder("new"), shop.Url, shop.NewCode("front"), shop.Clock, Cancel);
        long Found(string text) => shop.Database.Reading(session => TillNames.Find(session, text));
        Assert.Equal((2, 1), (Found("front"), Found("1")));

        await TillSetUp.EnrolAsync(shop.TillFolder("other"), shop.Url, shop.NewCode("front", 2), shop.Clock, Cancel);

        Assert.Contains("2 in branch 1 (enrolled), 3 in branch 2 (enrolled)", Assert.Throws<ShopException>(() => Found("front")).Message, StringComparison.Ordinal);
        Assert.Contains("no till back", Assert.Throws<ShopException>(() => Found("back")).Message, StringComparison.Ordinal);
        Assert.Equal([3L], shop.Database.Reading(session => TillNames.InUse(session, 2)));
    }

    [Theory]
    [InlineData("Cannot parse argument '5,5' for option '--tax-rate' as expected type 'System.Nullable`1[System.Decimal]'.", "“5,5” is no number; its decimal sign is a point (--tax-rate).")]
    [InlineData("Cannot parse argument 'x' for command 'set' as expected type 'System.Int64'.", "“x” is no whole number (set).")]
    [InlineData("Option '--name' is required.", "Option '--name' is required.")]
    public void What_is_wrong_with_a_command_line_is_said_in_plain_words(string message, string plain) => Assert.Equal(plain, CommandLineWords.Plain(message));

    [Fact]
    public async Task A_copied_folder_that_lags_hears_of_the_revocation_before_anything_of_its_journal()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        Directory.CreateDirectory(shop.TillFolder("copy"));
        foreach (var file in Directory.GetFiles(shop.TillFolder("front")))
        {
            File.Copy(file, Path.Combine(shop.TillFolder("copy"), Path.GetFileName(file)));
        }
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse), Cancel);
        await shop.ResyncAsync("front");
        shop.Write("UPDATE till SET state = 'revoked'");

        await using var copy = new CrashingTill(shop, "copy");
        var told = await Assert.ThrowsAsync<ServerRefusedException>(copy.SynchroniseAsync);

        Assert.Contains("revoked", told.Message, StringComparison.Ordinal);
        Assert.Null(new ReplicaFolder(Disk.Files, shop.TillFolder("copy")).Current);
    }

    [Fact]
    public async Task A_revoked_till_whose_journal_has_parted_brings_what_it_sold_since_and_gets_no_new_name()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        Directory.CreateDirectory(shop.TillFolder("copy"));
        foreach (var file in Directory.GetFiles(shop.TillFolder("front")))
        {
            File.Copy(file, Path.Combine(shop.TillFolder("copy"), Path.GetFileName(file)));
        }
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse), Cancel);
        await shop.ResyncAsync("front");
        await shop.OpenTill("copy", true).SellAsync(Sales.Of(Sales.Garden), Cancel);
        shop.Write("UPDATE till SET state = 'revoked'");

        var copy = shop.OpenTill("copy", false);
        var told = await Assert.ThrowsAsync<ServerRefusedException>(async () => await copy.SynchroniseAsync(cancel: Cancel));

        Assert.Contains("revoked", told.Message, StringComparison.Ordinal);
        Assert.False(copy.IsProvisioned);
        Assert.Single(ShopOrchestrator.Desk(shop.Database, shop.Clock).List(all: false));
        Assert.Equal(1, shop.Number("SELECT count(*) FROM till"));
    }

    [Fact]
    public async Task A_till_whose_journal_goes_the_servers_way_gets_no_second_identity()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        using var http = ClientOf(shop, "front");

        var answer = await http.PostAsync(new Uri(shop.Url + "/sync/renew"), null, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(1, shop.Number("SELECT count(*) FROM till"));
    }

    [Fact]
    public async Task Who_asks_again_for_an_identity_gets_the_same_and_goes_when_the_line_is_revoked()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var enrolment = shop.Get<Enrolment>();
        shop.Write("UPDATE till SET forked_at = @now", shop.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        var (parent, secret) = (new KnownTill(1, "front", 1), new string('a', 64));

        var first = enrolment.Renew(parent, secret);
        var again = enrolment.Renew(parent, secret);
        var twin = enrolment.Renew(parent, new string('b', 64));

        Assert.Equal(first, again);
        Assert.NotEqual(first.Till, twin.Till);
        Assert.Equal([1, first.Till, twin.Till], shop.Database.Reading(s => TillNames.LineOf(s, 1)));
        Assert.Equal([twin.Till], shop.Database.Reading(s => TillNames.LineOf(s, twin.Till)));
        Assert.Throws<ShopException>(() => enrolment.Renew(parent, "no secret"));
        // What was seen an hour ago says nothing of now.
        shop.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Throws<ShopException>(() => enrolment.Renew(parent, new string('c', 64)));
        Assert.Equal(first, enrolment.Renew(parent, secret));
    }

    [Fact]
    public async Task A_revoked_till_brings_what_a_counter_sells_and_no_more_and_an_enrolled_one_whatever_it_has()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var quota = shop.Get<KeptQuota>();
        var (revoked, enrolled) = (new KnownTill(1, "front", 1, TillState.Revoked), new KnownTill(1, "front", 1));
        var push = Enumerable.Range(1, 4).Select(n => new PushedEntry(n, Guid.NewGuid(), "sale", 1, 0, [], new byte[1024 * 1024])).ToList();

        for (var i = 0; i < 15; i++)
        {
            quota.Demand(revoked, push);
        }

        Assert.Throws<ShopException>(() => quota.Demand(revoked, push));
        Assert.Throws<ShopException>(() => quota.Demand(revoked, push));
        quota.Demand(enrolled, push);
        Assert.Equal(["too much of a revoked till"], shop.Texts("SELECT kind FROM finding"));
        Assert.InRange(shop.Number("SELECT kept FROM till"), 1, KeptQuota.MostBytes);
    }

    [Fact]
    public async Task A_till_that_was_away_for_90_days_brings_all_of_it_also_after_a_fork_of_all_and_a_wrong_rule_of_ours()
    {
        const int days = 90, perDay = 5;
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        var began = shop.Clock.GetUtcNow();
        for (var day = 0; day < days; day++)
        {
            for (var i = 0; i < perDay; i++)
            {
                await till.SellAsync(Sales.Of(Sales.Garden), Cancel);
            }
            shop.Clock.Advance(TimeSpan.FromDays(1));
        }
        CopyFolder(shop.TillFolder("front"), shop.TillFolder("copy"));
        // A rule of the server's that refuses whatever comes: nothing is lost by it.
        shop.Write("UPDATE branch SET time_zone = 'Nowhere/None'");
        await Assert.ThrowsAnyAsync<Exception>(() => shop.ResyncAsync("front"));
        shop.Write("UPDATE branch SET time_zone = 'UTC'");

        var report = await shop.ResyncAsync("front");

        Assert.True(report.Agree);
        Assert.Equal((days * perDay, 0), (report.Posted.Sales, report.Quarantined.Count));
        Assert.Equal(began.ToUnixTimeMilliseconds(), shop.Number("SELECT min(started_at) FROM document"));
        // The same machine put back from a copy, which has sold as much again under the same numbers.
        var copy = shop.OpenTill("copy", true);
        for (var i = 0; i < days * perDay; i++)
        {
            await copy.SellAsync(Sales.Of(Sales.Lighthouse), Cancel);
        }
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Garden), Cancel);
        await shop.ResyncAsync("front");
        await Assert.ThrowsAsync<TillRenewedException>(() => shop.ResyncAsync("copy"));
        Assert.Equal(days * perDay, ShopOrchestrator.Desk(shop.Database, shop.Clock).List(all: false).Count);
        Assert.Empty(shop.BookFaults());
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    [Fact]
    public async Task A_till_gets_no_second_block_of_numbers_within_the_hour_and_one_that_asks_daily_is_told_of()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var (tills, till) = (shop.Get<TillRegister>(), new KnownTill(1, "front", 1));
        ClientRecord Greet() => tills.Greet(till, HelloRequest.ForSnapshot(BookmineSetup.SchemaVersion) with
        {
            NumbersLeft = 0, Blocks = tills.RecordOf(till).Blocks,
        });

        for (var i = 0; i < 30; i++)
        {
            Greet();
        }
        Assert.Equal(2, shop.Number("SELECT count(*) FROM number_block"));
        Assert.Empty(shop.Texts("SELECT kind FROM finding"));

        shop.Clock.Advance(TimeSpan.FromHours(2));
        Greet();
        Assert.Equal(3, shop.Number("SELECT count(*) FROM number_block"));
        Assert.Equal(["many numbers"], shop.Texts("SELECT kind FROM finding"));
    }

    [Fact]
    public async Task A_number_is_believed_by_the_servers_own_word_alone()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var copy = await shop.CopyRecordsAsync();
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse), Cancel);
        await shop.ResyncAsync("front");
        await shop.PutRecordsBackAsync(copy);
        await shop.StartServerAsync();
        AnswerProof? proof;
        await using (var honest = new CrashingTill(shop, "front"))
        {
            proof = AnswerProof.Of(honest.Journal.ByN(1));
        }
        using var http = ClientOf(shop, "front");
        var forged = new AnswerProof("00", new EntryResult(1, EntryState.Posted, 9_223_372_036_854_600_000, 1, [], null, "no mac"));

        await http.PostAsJsonAsync(
            new Uri(shop.Url + "/sync/hello"),
            HelloRequest.ForSnapshot(BookmineSetup.SchemaVersion) with
            {
                Epoch = shop.Text("SELECT epoch FROM sync_state"), Proof = proof, HighestProof = forged, HighestNumber = 9_223_372_036_854_600_000,
            },
            WireJson.Default.HelloRequest, Cancel);
        Assert.Equal(["records restored"], shop.Texts("SELECT kind FROM finding"));
        await shop.ResyncAsync("front");

        Assert.InRange(shop.Number("SELECT trans_id FROM counter"), 546_789, 1_000_000);
        Assert.Equal(546_789, shop.Number("SELECT trans_id FROM document"));
    }

    [Fact]
    public async Task What_is_kept_for_a_while_is_forgotten_then()
    {
        await using var shop = await OpenShopAsync();
        var old = shop.Clock.GetUtcNow().AddDays(-100).ToUnixTimeMilliseconds();
        var now = shop.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var at in (long[])[old, now])
        {
            shop.Write("INSERT INTO command (request_id, till, received_at, answer) VALUES (@id, 1, @at, '')", Guid.NewGuid(), at);
            shop.Write("INSERT INTO lookup (till, asked_at, number, found) VALUES (1, @at, '1', 0)", at);
        }

        Assert.Equal(2, new Forgetting(shop.Database).Run(now));

        Assert.Equal((1, 1), (shop.Number("SELECT count(*) FROM command"), shop.Number("SELECT count(*) FROM lookup")));
    }

    [Fact]
    public async Task A_state_that_changes_while_an_edit_is_on_its_way_is_seen_inside_the_transaction()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        shop.Write("UPDATE till SET state = 'revoked'");
        Assert.Throws<TillForbiddenException>(() => shop.Database.Writing(session =>
        {
            TillStates.Demand(session, 1, TillDeed.Edit);
            return true;
        }));
        var enrolment = new Enrolment(shop.Database, shop.Clock, new SystemSecrets(), new Bookmine.Sync.Rows.EntityIds(shop.Clock));
        Assert.Throws<TillForbiddenException>(() => enrolment.Renew(new KnownTill(1, "front", 1)));
        Assert.Equal(1, shop.Number("SELECT count(*) FROM till"));
    }

    private static HttpClient ClientOf(Shop shop, string name)
    {
        var identity = TillIdentity.Read(Disk.Files, shop.TillFolder(name));
        var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Till", $"{identity.Till}:{identity.Secret}");
        return http;
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
