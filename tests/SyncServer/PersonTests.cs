using System.Net;
using System.Net.Http.Json;
using Bookmine.SyncServer;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Observing;
using Bookmine.Sync.Feed;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.SyncServer;

/// <summary>Persons of the back office and programs: who is let in, how long guessing takes, and that state decides at each request.</summary>
public abstract class PersonTests(Engine engine) : ServerSuite(engine)
{
    private const string Password = "four plain old words";
    private static readonly Actor Admin = new("test", "verb", null);

    [Fact]
    public async Task A_person_signs_in_and_is_out_as_soon_as_she_is_disabled()
    {
        await using var shop = await OpenShopAsync();
        shop.Get<Persons>().Add(Admin, "Mara", Password, Person.Manager, [1]);
        using var http = Client(shop);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("me", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync(http, "Mara", "wrong password")).StatusCode);

        var answer = await SignInAsync(http, "mara", Password);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\"branches\":[1]", await http.GetStringAsync("me", Cancel), StringComparison.Ordinal);
        // Another host takes the session, whose keys are the shop's.
        await shop.StopServerAsync();
        await shop.StartServerAsync();
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("me", Cancel)).StatusCode);

        shop.Get<Persons>().Disable(Admin, "Mara");
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("me", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync(http, "Mara", Password)).StatusCode);
        Assert.DoesNotContain(shop.Texts("SELECT coalesce(detail, '') FROM audit"), d => d.Contains(Password, StringComparison.Ordinal));
        Assert.Contains("sign in", shop.Texts("SELECT deed FROM audit"));
    }

    [Fact]
    public async Task The_first_admin_is_made_by_a_link_that_is_good_once_and_only_while_there_is_none()
    {
        await using var shop = await OpenShopAsync();
        using var http = Client(shop);
        async Task<(HttpStatusCode Status, string Page)> PostAsync(string code, string name, string password)
        {
            using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["code"] = code, ["name"] = name, ["password"] = password });
            var answer = await http.PostAsync("first-admin", form, Cancel);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel));
        }

        var old = shop.Get<FirstAdmin>().NewLink()!;
        var link = shop.Get<FirstAdmin>().NewLink()!;
        var code = link.Split("code=")[1];
        Assert.Equal(HttpStatusCode.Gone, (await http.GetAsync("first-admin", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Gone, (await http.GetAsync(old[1..], Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Gone, (await PostAsync("AAAA", "Mara", Password)).Status);
        Assert.Contains("Make this person admin", await http.GetStringAsync(link[1..], Cancel), StringComparison.Ordinal);
        var wrong = await PostAsync(code, "<script>Mara", "short");
        Assert.Equal(HttpStatusCode.BadRequest, wrong.Status);
        Assert.Contains("&lt;script&gt;Mara", wrong.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", wrong.Page, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, (await PostAsync(code, " Mara ", Password)).Status);

        Assert.Equal(HttpStatusCode.OK, (await SignInAsync(http, "Mara", Password)).StatusCode);
        Assert.Equal(HttpStatusCode.Gone, (await PostAsync(code, "Eve", Password)).Status);
        Assert.Null(shop.Get<FirstAdmin>().NewLink());
        // Disabling the last admin opens the shop to nobody.
        shop.Get<Persons>().Disable(Admin, "Mara");
        Assert.Null(shop.Get<FirstAdmin>().NewLink());
        Assert.Equal(["Mara"], shop.Texts("SELECT name FROM person"));
        Assert.Equal(["first admin"], shop.Texts("SELECT face FROM audit WHERE deed = 'person add' AND done = 1"));
    }

    [Fact]
    public async Task A_first_admins_link_is_good_for_a_day()
    {
        await using var shop = await OpenShopAsync();
        var first = shop.Get<FirstAdmin>();
        var code = first.NewLink()!.Split("code=")[1];
        shop.Clock.Advance(TimeSpan.FromHours(23));
        Assert.True(first.IsGood(code));
        shop.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Throws<ShopException>(() => first.Make(code, "Mara", Password, null));
    }

    [Fact]
    public async Task Every_session_ends_when_records_are_put_back_and_with_the_cookie()
    {
        await using var shop = await OpenShopAsync();
        shop.Get<Persons>().Add(Admin, "Mara", Password, Person.Admin, []);
        using var http = Client(shop);
        await SignInAsync(http, "Mara", Password);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("me", Cancel)).StatusCode);

        shop.Database.Writing(session =>
        {
            FeedState.BeginEpoch(session, "after a restore");
            return true;
        });
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("me", Cancel)).StatusCode);

        await SignInAsync(http, "Mara", Password);
        Assert.Equal(HttpStatusCode.OK, (await http.PostAsync("sign-out", null, Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("me", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Guessing_a_password_takes_longer_each_time_and_the_right_one_waits_as_well()
    {
        await using var shop = await OpenShopAsync();
        var persons = shop.Get<Persons>();
        persons.Add(Admin, "Mara", Password, Person.Admin, []);
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal((null, 0), Of(persons.TryPassword("Mara", "not this one")));
        }
        Assert.Equal((null, 30), Of(persons.TryPassword("Mara", Password)));
        shop.Clock.Advance(TimeSpan.FromSeconds(31));
        persons.TryPassword("Mara", "nor this");
        Assert.Equal((null, 60), Of(persons.TryPassword("Mara", Password)));
        using var http = Client(shop);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await SignInAsync(http, "Mara", Password)).StatusCode);
        shop.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(("Mara", 0), Of(persons.TryPassword("Mara", Password)));
        Assert.Equal((null, 0), Of(persons.TryPassword("Nobody", Password)));
        Assert.Contains("many wrong passwords", shop.Texts("SELECT coalesce(detail, '') FROM audit"));

        static (string?, int) Of(SignIn tried) => (tried.Person?.Name, tried.WaitSeconds);
    }

    [Fact]
    public async Task What_is_no_person_is_refused_with_the_reason()
    {
        await using var shop = await OpenShopAsync();
        var persons = shop.Get<Persons>();
        persons.Add(Admin, "Mara", Password, Person.Admin, []);
        foreach (var (name, password, role, branches, reason) in (IEnumerable<(string, string, string, long[], string)>)
        [
            ("mara", Password, Person.Admin, [], "already"), ("Tom", "short", Person.Admin, [], "characters"), ("Tom", Password, "owner", [], "no role"),
            ("Tom", Password, Person.Manager, [], "--branch"), ("Tom", Password, Person.Admin, [1], "--branch"), ("Tom", Password, Person.Manager, [9], "no branch 9"),
            ("", Password, Person.Admin, [], "characters"),
        ])
        {
            Assert.Contains(reason, Assert.Throws<ShopException>(() => persons.Add(Admin, name, password, role, branches)).Message, StringComparison.Ordinal);
        }
        Assert.Throws<ShopException>(() => persons.SetPassword(Admin, "Tom", Password));
        persons.SetPassword(Admin, "Mara", "another four words");
        Assert.NotNull(persons.TryPassword("Mara", "another four words").Person);
        Assert.Single(shop.Database.Reading(Persons.All));
    }

    [Fact]
    public async Task A_key_is_shown_once_kept_as_a_hash_and_gone_when_it_is_revoked()
    {
        await using var shop = await OpenShopAsync();
        var keys = shop.Get<ApiKeys>();

        var key = keys.Add(Admin, "webshop", ["stock:read", "sales:read"], 1);

        Assert.Equal(("webshop", 1), (keys.Prove(key)!.Name, keys.Prove(key)!.Branch));
        Assert.Null(keys.Prove(key + "0"));
        Assert.DoesNotContain(shop.Texts("SELECT coalesce(detail, '') FROM audit"), d => d.Contains(key, StringComparison.Ordinal));
        Assert.NotNull(Assert.Single(shop.Database.Reading(ApiKeys.All)).UsedAt);
        Assert.Throws<ShopException>(() => keys.Add(Admin, "Webshop", ["stock:read"], null));
        Assert.Throws<ShopException>(() => keys.Add(Admin, "other", ["everything"], null));
        keys.Revoke(Admin, "webshop");
        Assert.Null(keys.Prove(key));
        Assert.Throws<ShopException>(() => keys.Revoke(Admin, "webshop"));
    }

    [Fact]
    public async Task A_person_who_was_disabled_and_a_key_that_was_revoked_stay_so_with_older_records()
    {
        await using var shop = await OpenShopAsync();
        shop.Get<Persons>().Add(Admin, "Zoë", Password, Person.Admin, []);
        var key = shop.Get<ApiKeys>().Add(Admin, "webshop", ["stock:read"], null);
        var copy = await shop.CopyRecordsAsync();
        shop.Get<Persons>().Disable(Admin, "ZOË");
        shop.Get<ApiKeys>().Revoke(Admin, "webshop");
        shop.Get<WordsFile>().Bring();

        await shop.PutRecordsBackAsync(copy);
        await shop.StartServerAsync();

        Assert.Null(shop.Get<Persons>().TryPassword("Zoë", Password).Person);
        Assert.Null(shop.Get<ApiKeys>().Prove(key));
    }

    [Fact]
    public async Task Wrong_secrets_and_passwords_are_counted_and_put_on_record_by_the_minute()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        shop.Get<Persons>().Add(Admin, "Mara", Password, Person.Admin, []);
        using var http = Client(shop);
        for (var i = 0; i < 3; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "sync/hello");
            request.Headers.TryAddWithoutValidation("Authorization", "Till 1:guessed");
            Assert.Equal(HttpStatusCode.Unauthorized, (await http.SendAsync(request, Cancel)).StatusCode);
        }
        Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync(http, "Mara", "wrong password")).StatusCode);
        Assert.Empty(shop.Texts("SELECT detail FROM audit WHERE deed = 'authenticate'"));

        shop.Get<RefusedAuthentications>().Write();
        shop.Get<RefusedAuthentications>().Write();

        Assert.Equal(
            ["1 refused within a minute", "3 refused within a minute"],
            shop.Texts("SELECT detail FROM audit WHERE deed = 'authenticate' ORDER BY face"));
        Assert.Equal(2, shop.Number("SELECT count(*) FROM audit WHERE deed = 'authenticate' AND source = '127.0.0.1' AND done = 0"));
    }

    [Fact]
    public void Who_guesses_from_everywhere_fills_no_log()
    {
        var refused = new RefusedAuthentications(null!, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<RefusedAuthentications>.Instance);
        for (var i = 0; i < 10_000; i++)
        {
            refused.Note($"10.0.{i / 256}.{i % 256}", "Till");
        }
        Assert.InRange(refused.Sources, 1, 101);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static HttpClient Client(Shop shop) => new(new HttpClientHandler { CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(shop.Url) };

    private static Task<HttpResponseMessage> SignInAsync(HttpClient http, string name, string password) =>
        http.PostAsJsonAsync("sign-in", new { name, password }, Cancel);
}
