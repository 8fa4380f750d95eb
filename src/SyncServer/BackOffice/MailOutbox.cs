using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Posting.Findings;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>What became of an email.</summary>
public static class MailStates
{
    public const string Waiting = "waiting";
    /// <summary>Followed by whose it is to send.</summary>
    public const string Sending = "sending";

    public const string Sent = "sent";

    /// <summary>The mail server will not have it; nothing more is tried.</summary>
    public const string Refused = "refused";
}

/// <summary>The mail server that emails leave by.</summary>
/// <param name="Url"><c>smtp://user@host:587</c>, or <c>smtps://</c> where it speaks TLS from the first byte.</param>
/// <param name="Password">Null where it wants none.</param>
/// <param name="From">Such as <c>High Street Books &lt;shop@example.com&gt;</c>.</param>
public sealed record MailServer(Uri Url, string? Password, MailboxAddress From)
{
    /// <exception cref="ShopException">It is none.</exception>
    public static MailServer? Read(string? url, string? password, string? from)
    {
        if (url is null)
        {
            return from is null ? null
                : throw new ShopException("--mail-from says who sends emails, and --smtp by which mail server. Give both, or neither.");
        }
        return !Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("smtp" or "smtps") || address.Host.Length == 0
            ? throw new ShopException(
                $"“{url}” is no mail server. Give one such as smtp://user@mail.example.com:587, with its password in BOOKMINE_SMTP_PASSWORD.")
            : address.UserInfo.Contains(':', StringComparison.Ordinal)
                ? throw new ShopException(
                    "A password on the command line is seen by everybody on this machine. Give it in the environment: BOOKMINE_SMTP_PASSWORD.")
            : from is null || !MailboxAddress.TryParse(from, out var sender)
                ? throw new ShopException("Say who sends the emails: --mail-from \"High Street Books <shop@example.com>\".")
            : new MailServer(address, password, sender);
    }
}

/// <summary>
/// Emails that tills have made with the server at hand leave by the shop's mail server: put down in the transaction that keeps the email, tried
/// again where the mail server is away, and told where it refuses. An email keeps its own message id, by which a mail server knows one that comes twice.
/// </summary>
public sealed class MailOutbox(IServerDatabase database, TimeProvider clock, MailServer server)
{
    private const int MostTries = 12;
    private const int Slice = 20;
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan FirstWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(6);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private sealed record Letter(Guid Email, long Tries, string Subject, string Body, string? To, string? Name);

    /// <summary>Puts down that an email is to leave; in the transaction that keeps it.</summary>
    public static void Put(Session session, Guid email, long now) => session.Execute(
        "INSERT INTO email_outbox (email, state, tries, next_at) VALUES (@email, @state, 0, @now)", email, MailStates.Waiting, now);

    /// <summary>Sends what is due.</summary>
    /// <returns>When there is more to do; null for not before something comes.</returns>
    public async Task<DateTimeOffset?> SendAsync(CancellationToken cancel)
    {
        while (IsAnyDue() && Claim() is { Count: > 0 } letters)
        {
            using var client = new SmtpClient { Timeout = (int)Patience.TotalMilliseconds };
            foreach (var letter in letters)
            {
                await SendAsync(client, letter, cancel);
            }
            if (client.IsConnected)
            {
                await client.DisconnectAsync(quit: true, cancel);
            }
        }
        return database.Reading(s => s.Integer("SELECT min(next_at) FROM email_outbox WHERE settled_at IS NULL")) is { } next
            ? DateTimeOffset.FromUnixTimeMilliseconds(next) : null;
    }

    private bool IsAnyDue() => database.Reading(session => session.Scalar(
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM email_outbox WHERE settled_at IS NULL AND next_at <= @now)",
            clock.GetUtcNow().ToUnixTimeMilliseconds())) is not null;

    private async Task SendAsync(SmtpClient client, Letter letter, CancellationToken cancel)
    {
        if (letter.To is null || !MailboxAddress.TryParse(letter.To, out var to))
        {
            Settle(letter, MailStates.Refused, letter.To is null ? "the contact has no email address" : $"“{letter.To}” is no email address");
            return;
        }
        try
        {
            if (!client.IsConnected)
            {
                await ConnectAsync(client, cancel);
            }
            to.Name = letter.Name;
            var message = new MimeMessage([server.From], [to], letter.Subject, new TextPart("plain") { Text = letter.Body })
            {
                MessageId = $"{letter.Email:n}@{server.From.Domain}", Date = clock.GetUtcNow(),
            };
            await client.SendAsync(message, cancel);
            Settle(letter, MailStates.Sent, null);
        }
        catch (SmtpCommandException e) when (
            (int)e.StatusCode >= 500 && e.ErrorCode is SmtpErrorCode.RecipientNotAccepted or SmtpErrorCode.MessageNotAccepted)
        {
            Settle(letter, MailStates.Refused, $"the mail server says {(int)e.StatusCode}: {e.Message}");
        }
        catch (Exception e) when (
            e is ServiceNotConnectedException or ServiceNotAuthenticatedException or ProtocolException or CommandException or AuthenticationException
            or SslHandshakeException or NotSupportedException or InvalidOperationException or IOException or System.Net.Sockets.SocketException or TimeoutException or OperationCanceledException
                && !cancel.IsCancellationRequested)
        {
            Later(letter, e.Message);
            // The next one begins with a line that is whole.
            await client.DisconnectAsync(quit: false, CancellationToken.None);
        }
    }

    private async Task ConnectAsync(SmtpClient client, CancellationToken cancel)
    {
        var isTls = server.Url.Scheme == "smtps";
        var port = server.Url.IsDefaultPort || server.Url.Port < 0 ? (isTls ? 465 : 587) : server.Url.Port;
        // A mail server on this machine may have no certificate; any other speaks TLS, or nothing is said to it.
        var how = isTls ? SecureSocketOptions.SslOnConnect : server.Url.IsLoopback ? SecureSocketOptions.StartTlsWhenAvailable : SecureSocketOptions.StartTls;
        await client.ConnectAsync(server.Url.Host, port, how, cancel);
        if (server.Url.UserInfo.Length > 0)
        {
            await client.AuthenticateAsync(new NetworkCredential(Uri.UnescapeDataString(server.Url.UserInfo), server.Password), cancel);
        }
    }

    /// <summary>Takes some that are due; no other host takes them for a while.</summary>
    private List<Letter> Claim() => database.Writing(session =>
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var mine = $"{MailStates.Sending} {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        session.Execute(
            $"""
            UPDATE email_outbox SET next_at = @later, tries = tries + 1, state = @mine WHERE settled_at IS NULL AND next_at <= @now AND email IN
                (SELECT email FROM email_outbox WHERE settled_at IS NULL AND next_at <= @now ORDER BY next_at {session.Dialect.Limit("@slice")})
            """,
            now + (long)Lease.TotalMilliseconds, mine, now, Slice);
        var due = new List<(Guid Email, long Tries)>();
        using (var reader = session.Query(
            "SELECT email, tries FROM email_outbox WHERE settled_at IS NULL AND state = @mine", mine))
        {
            while (reader.Read())
            {
                due.Add((DbValues.ReadGuid(reader, 0), reader.GetInt64(1)));
            }
        }
        return due.ConvertAll(d =>
        {
            var email = TableSql.Find(session, BookmineSetup.Email, new RowKey(d.Email));
            var contact = email is null ? null : TableSql.Find(session, BookmineSetup.Contact, new RowKey(email.Guid("contact_id")));
            return new Letter(d.Email, d.Tries, email?.Text("subject") ?? "", email?.Text("body") ?? "", contact?.TextOrNull("email"),
                contact?.TextOrNull("name"));
        });
    });

    private void Later(Letter letter, string why)
    {
        if (letter.Tries >= MostTries)
        {
            Settle(letter, MailStates.Refused, $"the mail server was tried {letter.Tries} times: {why}");
            return;
        }
        var wait = TimeSpan.FromTicks(Math.Min(FirstWait.Ticks << (int)Math.Min(letter.Tries - 1, 20), LongestWait.Ticks));
        database.Writing(session => session.Execute(
            "UPDATE email_outbox SET next_at = @next, state = @state, told = @why WHERE email = @email", (clock.GetUtcNow() + wait).ToUnixTimeMilliseconds(),
            MailStates.Waiting, why, letter.Email));
    }

    private void Settle(Letter letter, string state, string? told) => database.Writing(session =>
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (state == MailStates.Refused)
        {
            FindingLog.Note(session, new Finding(0, 0, FindingKinds.EmailRefused, letter.Email.ToString(), string.Create(
                CultureInfo.InvariantCulture, $"an email to {letter.Name ?? "a contact"}, “{letter.Subject}”, did not leave: {told}")), now);
        }
        return session.Execute("UPDATE email_outbox SET state = @state, told = @told, settled_at = @now WHERE email = @email", state, told, now,
            letter.Email);
    });
}
