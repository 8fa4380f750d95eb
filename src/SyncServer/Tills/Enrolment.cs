using System.Security.Cryptography;
using System.Text;
using Bookmine.Schema;
using Bookmine.Schema.Views;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Wire;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Posting;
using Bookmine.SyncServer.Posting.Findings;

namespace Bookmine.SyncServer.Tills;

/// <summary>One-time codes and what a till gets for one: a number of its own, a secret, a block of D-numbers.</summary>
public sealed class Enrolment(IServerDatabase database, TimeProvider clock, ISecrets secrets, EntityIds ids)
{
    private const int SecretBytes = 32;
    private static readonly TimeSpan ForkLife = TimeSpan.FromHours(1);
    private static readonly TimeSpan CodeLife = TimeSpan.FromMinutes(10);

    /// <summary>The secret of a code for a till of the branch, good once and for ten minutes.</summary>
    /// <param name="isForeign">Whether it is for a client of another engine, which keeps no journal.</param>
    public (string Secret, long ExpiresAt) NewCode(long branch, string name, bool isForeign = false) => database.Writing(session =>
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var code = new string([.. secrets.Next(EnrolmentCode.SecretLength).Select(b => KeyFingerprint.Alphabet[b % KeyFingerprint.Alphabet.Length])]);
        var expires = now + (long)CodeLife.TotalMilliseconds;
        session.Execute(
            "INSERT INTO enrol_code (code_hash, till_name, branch, expires_at, used_at, is_foreign) VALUES (@hash, @name, @branch, @expires, NULL, @foreign)",
            HashOf(code), name, branch, expires, isForeign ? 1 : 0);
        return (code, expires);
    });

    /// <summary>Trades a code for a till's identity. A till of the same name in the branch that was enrolled before is superseded.</summary>
    /// <exception cref="ShopException">The code is unknown, used or too old.</exception>
    public EnrolReply Enrol(string code) => database.Writing(session =>
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var (name, branch, isForeign) = Spend(session, code, now);
        // Tills of one name in two branches are two tills.
        session.Execute(
            "UPDATE till SET state = @superseded WHERE name = @name AND branch = @branch AND state = @enrolled",
            TillState.Superseded.Text(), name, branch, TillState.Enrolled.Text());
        var reply = Make(session, name, branch, now, isForeign: isForeign);
        AuditLog.Write(
            session, clock, Actor.AtTill(reply.Till, name), "till enrol", $"till {reply.Till}",
            FormattableString.Invariant($"branch {branch}{(isForeign ? ", another engine's" : "")}"));
        return reply;
    });

    private EnrolReply Make(Session session, string name, long branch, long now, string? made = null, bool isForeign = false)
    {
        session.Execute("UPDATE counter SET till = till + 1 WHERE id = 1");
        var till = session.Integer("SELECT till FROM counter WHERE id = 1")!.Value;
        var secret = made ?? Convert.ToHexStringLower(secrets.Next(SecretBytes));
        Register(session, till, name, branch, HashOf(secret), TillState.Enrolled, now, isForeign);
        var block = NumberBlocks.Lease(session, till, branch, name);
        return Reply(session, till, name, branch, secret, block, isForeign);
    }

    private static EnrolReply Reply(Session session, long till, string name, long branch, string secret, NumberBlock block, bool isForeign = false) => new(
        till, name, branch, secret, block.First, block.Last, FeedState.ProofOf(session).MacOfText(ProvenText(till, name, branch, secret, isForeign)),
        block.Mac);

    /// <summary>
    /// Takes a till down again that this server has enrolled and no longer knows: its records were restored from a backup older than the
    /// enrolment. That is proof of a restore, with all that follows from one. Whether the till was revoked since cannot be known: a person admits it.
    /// </summary>
    /// <exception cref="ShopException">The proof is not this server's, or another till has the number.</exception>
    public ReadmitReply Readmit(ReadmitRequest request) => database.Writing(session =>
    {
        if (!FeedState.ProofOf(session).HoldsText(ProvenText(request.Till, request.Name, request.Branch, request.Secret, request.IsForeign), request.Proof))
        {
            throw new ShopException("This server has not enrolled this till. Keep the till's folder, for what it has sold, and enrol the machine in another.");
        }
        var held = session.Scalar("SELECT secret_hash FROM till WHERE id = @till", request.Till) as byte[];
        if (held is { Length: > 0 })
        {
            return held.AsSpan().SequenceEqual(HashOf(request.Secret)) ? new ReadmitReply(true)
                : throw new ShopException($"Another till has the number {request.Till} by now. Bring this one's journal by hand (bookmine-till journal export), and enrol the machine in another folder.");
        }
        if (held is null)
        {
            var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
            Register(session, request.Till, request.Name, request.Branch, HashOf(request.Secret), StateOf(session, request.Till), now, request.IsForeign);
        }
        else
        {
            // Its journal was brought by hand before it came itself.
            session.Execute(
                "UPDATE till SET name = @name, secret_hash = @hash, is_foreign = @foreign, state = @state WHERE id = @id",
                request.Name, HashOf(request.Secret), request.IsForeign ? 1 : 0,
                IsAdmitted(session, request.Till) ? TillState.Enrolled.Text() : StateOf(session, request.Till).Text(),
                request.Till);
        }
        var highest = AnswerProof.Number(request.HighestProof, FeedState.ProofOf(session), request.Till);
        AuditLog.Write(session, clock, Actor.AtTill(request.Till, request.Name), "till readmit", $"till {request.Till}");
        NoteRestored(session, request.Till, highest, isNews: request.Epoch is null || request.Epoch == FeedState.Read(session).Epoch);
        NoteRecalled(session, request);
        return new ReadmitReply(true);
    });

    /// <summary>
    /// Takes down the number of a till that records put back from an older backup do not know, so that its journal can be brought by hand. Nobody
    /// can call with it, before the till itself comes with this server's word.
    /// </summary>
    /// <exception cref="ShopException">There is no such branch.</exception>
    public KnownTill Recall(long till, long branch) => database.Writing(session =>
    {
        if (session.Scalar("SELECT id FROM branch WHERE id = @branch", branch) is null)
        {
            throw new ShopException($"There is no branch {branch}. bookmine-server branch list has them.");
        }
        var name = FormattableString.Invariant($"till {till}");
        // A restore by command has lifted the numbers of tills past this one.
        var isNews = session.Integer("SELECT till FROM counter WHERE id = 1") < till;
        Register(session, till, name, branch, [], StateOf(session, till), clock.GetUtcNow().ToUnixTimeMilliseconds());
        NoteRestored(session, till, 0, isNews);
        return new KnownTill(till, name, branch);
    });

    private static bool IsAdmitted(Session session, long till) =>
        session.Scalar("SELECT state FROM till WHERE id = @till", till) is string state && TillStates.Read(state) == TillState.Enrolled;

    private void NoteRecalled(Session session, ReadmitRequest request)
    {
        if (StateOf(session, request.Till) == TillState.Recalled && !IsAdmitted(session, request.Till))
        {
            var text = $"till {request.Name} of branch {request.Branch} was enrolled here after the backup that these records were put back from. "
                + "What was posted of it is posted again; what it has sold besides waits until it is admitted: "
                + $"bookmine-server till admit {request.Till}, or till revoke {request.Till}";
            FindingLog.Note(
                session, new Finding(request.Till, 0, FindingKinds.TillRecalled, $"till {request.Till}", text), clock.GetUtcNow().ToUnixTimeMilliseconds());
        }
    }

    private void NoteRestored(Session session, long till, long highestNumber, bool isNews)
    {
        if (isNews)
        {
            FeedState.BeginEpoch(session, ids.Next().ToString());
        }
        if (Counter.Raise(session, highestNumber, isNews))
        {
            RecordsRestored.Note(session, till, clock.GetUtcNow().ToUnixTimeMilliseconds());
        }
    }

    private static string ProvenText(long till, string name, long branch, string secret, bool isForeign) =>
        FormattableString.Invariant($"{(isForeign ? "foreign " : "")}till {till} {branch} {Convert.ToHexStringLower(HashOf(secret))} {name}");

    private static void Register(Session session, long till, string name, long branch, byte[] hash, TillState state, long now, bool isForeign = false)
    {
        session.Execute(
            "INSERT INTO till (id, name, branch, secret_hash, state, enrolled_at, is_foreign) VALUES (@id, @name, @branch, @hash, @state, @now, @foreign)",
            till, name, branch, hash, state.Text(), now, isForeign ? 1 : 0);
        session.Execute("INSERT INTO till_branch (till, branch, since) VALUES (@till, @branch, @now)", till, branch, now);
        session.Execute("INSERT INTO till_head (till, branch, n) VALUES (@till, @branch, 0)", till, branch);
        session.Execute("UPDATE counter SET till = @till WHERE id = 1 AND till < @till", till);
    }

    /// <summary>
    /// A new identity for a machine whose journal has forked from what is held here: as the till it was, it and another might go on posting
    /// past each other. It shares the line of the till it was: who revokes that revokes it too.
    /// </summary>
    /// <param name="made">The secret that the machine has made for itself; null from one of an earlier program.</param>
    /// <exception cref="ShopException">No fork of this till's journal was seen here of late.</exception>
    public EnrolReply Renew(KnownTill till, string? made = null) => database.Writing(session =>
    {
        TillStates.Demand(session, till.Id, TillDeed.Renew);
        if (made is not null && (made.Length != 2 * SecretBytes || !made.All(char.IsAsciiHexDigitLower)))
        {
            throw new ShopException("The secret that the machine has made is none.");
        }
        if (made is not null && Known(session, till.Id, made) is { } known)
        {
            return known;
        }
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        RequireFork(session, till.Id, now);
        var number = session.Integer("SELECT till FROM counter WHERE id = 1") + 1;
        var reply = Make(session, FormattableString.Invariant($"{till.Name}-{number}"), till.Branch, now, made);
        session.Execute("UPDATE till SET parent = @parent WHERE id = @till", till.Id, reply.Till);
        var text = $"a machine with the identity of till {till.Name} had another journal than the one posted here: it was put back from a copy, or two were made "
            + $"from one. It goes on as till {reply.Name}; what it had sold is in quarantine";
        FindingLog.Note(session, new Finding(till.Id, 0, FindingKinds.JournalForked, $"till {till.Id}", text), now);
        AuditLog.Write(session, clock, Actor.AtTill(till.Id, till.Name), "till renew", $"till {reply.Till}", $"renewed from till {till.Id}");
        return reply;
    });

    /// <summary>A word outlives the records that it was said in.</summary>
    private static TillState StateOf(Session session, long till) =>
        AuthorityWords.IsOut(session, AuthorityWords.OfTill(till)) ? TillState.Revoked : TillState.Recalled;

    /// <summary>What a machine that asks again was given; null where it was given nothing.</summary>
    private static EnrolReply? Known(Session session, long parent, string secret)
    {
        long till, branch;
        string name;
        using (var reader = session.Query("SELECT id, name, branch FROM till WHERE parent = @parent AND secret_hash = @hash", parent, HashOf(secret)))
        {
            if (!reader.Read())
            {
                return null;
            }
            (till, name, branch) = (reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2));
        }
        return Reply(session, till, name, branch, secret, NumberBlocks.Of(session, till)[0]);
    }

    private static void RequireFork(Session session, long till, long now)
    {
        if (session.Integer("SELECT forked_at FROM till WHERE id = @till", till) is not { } seen || now - seen > (long)ForkLife.TotalMilliseconds)
        {
            throw new ShopException(
                "This till's journal and what the server holds of it go the same way, as far as the server has seen: it needs no new identity. "
                + "Resynchronise; nothing was changed.");
        }
    }

    internal static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private static (string Name, long Branch, bool IsForeign) Spend(Session session, string code, long now)
    {
        var hash = HashOf(EnrolmentCode.Read(code).Secret);
        const string remedy = "Make a new one: bookmine-server till enrol-code --branch B --name N.";
        static ShopException Used() => new($"This enrolment code was used already, and a code is good for one till. {remedy}");
        string name;
        long branch;
        bool isForeign;
        using (var reader = session.Query("SELECT till_name, branch, expires_at, used_at, is_foreign FROM enrol_code WHERE code_hash = @hash", hash))
        {
            if (!reader.Read())
            {
                throw new ShopException($"There is no such enrolment code. Look for a slip of the keyboard, or make a new one. {remedy}");
            }
            if (!reader.IsDBNull(3))
            {
                throw Used();
            }
            if (reader.GetInt64(2) < now)
            {
                throw new ShopException($"This enrolment code expired: a code is good for ten minutes. {remedy}");
            }
            (name, branch, isForeign) = (reader.GetString(0), reader.GetInt64(1), reader.GetInt64(4) == 1);
        }
        // Two machines may type it at the same moment.
        return session.Execute("UPDATE enrol_code SET used_at = @now WHERE code_hash = @hash AND used_at IS NULL", now, hash) == 1
            ? (name, branch, isForeign) : throw Used();
    }
}
