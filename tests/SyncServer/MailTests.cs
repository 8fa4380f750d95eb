using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Bookmine.SyncServer;
using Bookmine.SyncServer.BackOffice;
using Bookmine.Tests.Support;
using Bookmine.TillClient.Selling;
using MimeKit;

namespace Bookmine.Tests.SyncServer;

/// <summary>Emails of tills in normal mode leave by a real mail server, later where it is away, and are told where it refuses.</summary>
public abstract class MailTests(Engine engine) : ServerSuite(engine)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static readonly MailboxAddress From = new("High Street Books", "shop@example.com");

    [Fact]
    public async Task An_email_leaves_once_when_the_mail_server_is_there_and_its_state_is_on_the_contact()
    {
        var port = FreePort();
        await using var shop = await OpenShopAsync();
        var outbox = await WithMailAsync(shop, port);
        await EmailAsync(shop, "Your order — it’s here");
        Assert.Equal("waiting", StateOf(shop));

        // It is away: tried again later, and not before.
        Assert.NotNull(await outbox.SendAsync(Cancel));
        Assert.Equal(("waiting", 1), (StateOf(shop), shop.Number("SELECT tries FROM email_outbox")));
        using var smtp = SmtpServer.Start(port);
        await outbox.SendAsync(Cancel);
        Assert.Equal("waiting", StateOf(shop));
        shop.Clock.Advance(TimeSpan.FromMinutes(2));
        await outbox.SendAsync(Cancel);
        await outbox.SendAsync(Cancel);

        // The server's own worker may have taken it.
        for (var i = 0; i < 100 && StateOf(shop) != "sent"; i++)
        {
            await Task.Delay(100, Cancel);
        }
        Assert.Equal("sent", StateOf(shop));
        var letter = Assert.Single(smtp.Letters());
        Assert.Equal(("Your order — it’s here", "rosa@example.com", "It is on the shelf."),
            (letter.Subject, letter.To.Mailboxes.Single().Address, letter.TextBody!.Trim()));
        Assert.EndsWith("@example.com", letter.MessageId, StringComparison.Ordinal);
        Assert.Empty(shop.Texts("SELECT text FROM finding"));
    }

    [Fact]
    public async Task An_email_that_cannot_be_delivered_is_told_and_the_next_one_leaves()
    {
        var port = FreePort();
        await using var shop = await OpenShopAsync();
        var outbox = await WithMailAsync(shop, port);
        using var smtp = SmtpServer.Start(port);
        shop.Write("UPDATE contact SET email = 'no address at all' WHERE id = @id", Shop.Rosa);
        await EmailAsync(shop, "One");
        await outbox.SendAsync(Cancel);
        Assert.Equal("refused", StateOf(shop));
        Assert.Contains("did not leave", Assert.Single(shop.Texts("SELECT text FROM finding WHERE kind = 'email refused'")), StringComparison.Ordinal);
        shop.Write("UPDATE contact SET email = 'rosa@example.com' WHERE id = @id", Shop.Rosa);
        shop.Clock.Advance(TimeSpan.FromMinutes(1));
        await EmailAsync(shop, "Two");
        await outbox.SendAsync(Cancel);
        Assert.Equal("Two", Assert.Single(smtp.Letters()).Subject);
    }

    [Fact]
    public async Task Two_hosts_send_each_email_once()
    {
        var port = FreePort();
        await using var shop = await OpenShopAsync();
        var outbox = await WithMailAsync(shop, port);
        using var smtp = SmtpServer.Start(port);
        for (var i = 0; i < 10; i++)
        {
            await EmailAsync(shop, $"Number {i}");
        }
        var other = new MailOutbox(shop.Database, shop.Clock, shop.Mail!);
        await Task.WhenAll(Task.Run(() => outbox.SendAsync(Cancel), Cancel), Task.Run(() => other.SendAsync(Cancel), Cancel));
        Assert.Equal(10, smtp.Letters().Select(l => l.Subject).Distinct().Count());
        Assert.Equal(10, smtp.Letters().Count);
    }

    [Theory]
    [InlineData("http://mail.example.com", "a@b.c", "no mail server")]
    [InlineData("smtp://user:secret@mail.example.com", "a@b.c", "BOOKMINE_SMTP_PASSWORD")]
    [InlineData("smtp://mail.example.com", null, "--mail-from")]
    [InlineData(null, "a@b.c", "--smtp")]
    public void A_mail_server_that_is_none_is_told(string? url, string? from, string told) =>
        Assert.Contains(told, Assert.Throws<ShopException>(() => MailServer.Read(url, null, from)).Message, StringComparison.Ordinal);

    private static async Task<MailOutbox> WithMailAsync(Shop shop, int port)
    {
        await shop.EnrolAsync("front");
        await shop.StopServerAsync();
        shop.Mail = new MailServer(new Uri($"smtp://127.0.0.1:{port}"), null, From);
        await shop.StartServerAsync();
        return shop.Get<MailOutbox>();
    }

    private static async Task EmailAsync(Shop shop, string subject)
    {
        using var till = shop.OpenTill("front", false);
        var done = await till.EmailAsync(new EmailDraft { ContactId = Shop.Rosa, Subject = subject, Body = "It is on the shelf.", Operator = "ada" });
        Assert.Null(done.Refused);
    }

    private static string? StateOf(Shop shop) => shop.Database.Reading(s => Contacts.Emails(s, Shop.Rosa, null))[0].State;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Debian's python3-aiosmtpd, which puts what it gets into a mailbox folder.</summary>
    private sealed class SmtpServer : IDisposable
    {
        private const string Python = "/usr/bin/python3";
        private readonly Process process;
        private readonly string folder;

        private SmtpServer(Process process, string folder) => (this.process, this.folder) = (process, folder);

        public static SmtpServer Start(int port)
        {
            Assert.SkipUnless(File.Exists("/usr/bin/aiosmtpd"), "no mail server here (Debian: apt-get install python3-aiosmtpd)");
            var folder = Path.Combine(Path.GetTempPath(), $"mail-{Guid.NewGuid():n}");
            var process = Process.Start(new ProcessStartInfo(Python, ["-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Mailbox", folder, "-l",
                $"127.0.0.1:{port}"])
            {
                RedirectStandardError = true,
            })!;
            for (var i = 0; i < 100; i++)
            {
                try
                {
                    using var client = new TcpClient("127.0.0.1", port);
                    return new SmtpServer(process, folder);
                }
                catch (SocketException)
                {
                    Thread.Sleep(100);
                }
            }
            throw new InvalidOperationException("the mail server did not start");
        }

        public List<MimeMessage> Letters() => Directory.Exists(Path.Combine(folder, "new"))
            ? [.. Directory.GetFiles(Path.Combine(folder, "new")).Select(f => MimeMessage.Load(f))] : [];

        public void Dispose()
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
