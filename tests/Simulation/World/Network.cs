using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Bookmine.Schema.Views;
using Bookmine.Simulation.Disk;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Replica;
using Bookmine.Sync.Wire;
using Bookmine.SyncServer;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Reports;
using Bookmine.SyncServer.Tills;
using Bookmine.TillClient.Files;
using Bookmine.TillClient.Server;

namespace Bookmine.Simulation.World;

/// <summary>What can happen to a message.</summary>
internal enum LineFault
{
    RequestLost,
    AnswerLost,
    RequestDoubled,
    OldRequestAgain,
    RequestDamaged,
    AnswerDamaged,
    AnswerCutShort,
}

/// <summary>
/// The line of one till to the server. Messages pass as the bytes they are on the wire, and are lost, doubled, damaged, or come again long
/// after; a damaged one is noticed, as TLS notices it, and breaks the line.
/// </summary>
internal sealed class Network(SimServer server, SimDisk till, Random random, FaultLog log) : IServerChannel, IShopChannel
{
    private const int MostKept = 20;
    private readonly List<(TillIdentity Sender, string Kind, byte[] Body)> sent = [];
    private (LineFault Fault, int Messages)? plan;

    public int Requests { get; private set; }

    /// <summary>Who the till says it is.</summary>
    public TillIdentity Identity { get; set; } = new("", 0, "", 0, "");

    /// <summary>Nothing passes.</summary>
    public bool IsCut { get; set; }

    /// <summary>The till's program is older than the server's: it posts, and downloads nothing.</summary>
    public bool IsOlder { get; set; }

    /// <summary>Whether answers to what is seldom asked, such as for a new identity, are lost often.</summary>
    public bool LosesRareAnswers { get; set; } = true;

    /// <summary>Requests arrive and answers do not.</summary>
    public bool IsDeaf { get; set; }

    /// <summary>What the server said that it never should; empty while all is well.</summary>
    public List<string> Failures { get; } = [];

    public void Plan(LineFault fault, int messages) => plan = (fault, messages);

    public void PlanNothing() => plan = null;

    /// <summary>What was on its way is lost: the server was stopped for a restore, and its connections with it.</summary>
    public void Forget() => sent.Clear();

    public Task<HelloReply> HelloAsync(HelloRequest request, CancellationToken cancel) => Task.FromResult(Exchange(
        "hello", JsonSerializer.SerializeToUtf8Bytes((IsOlder ? request with { Schema = request.Schema - 1 } : request) with { TakesPacked = Identity.Till % 2 == 0 }, WireJson.Default.HelloRequest), WireJson.Default.HelloReply));

    public Task<PushReply> PushAsync(Guid session, IReadOnlyList<JournalEntry> entries, string proofs, CancellationToken cancel) =>
        Task.FromResult(Exchange("push", [.. System.Text.Encoding.UTF8.GetBytes(proofs), (byte)'\n', .. PushEnvelope.Write(session, entries)], WireJson.Default.PushReply));

    public Task<IReadOnlyList<PushedEntry>> RefillAsync(long after, CancellationToken cancel) => Task.FromResult(
        PushEnvelope.Read(Exchange("refill", System.Text.Encoding.UTF8.GetBytes(FormattableString.Invariant($"{after}")))).Entries);

    public Task<ForkReply> HandOverForkAsync(Guid session, IReadOnlyList<JournalEntry> entries, CancellationToken cancel) =>
        Task.FromResult(Exchange("fork", PushEnvelope.Write(session, entries), WireJson.Default.ForkReply));

    public Task<EnrolReply> RenewAsync(RenewRequest request, CancellationToken cancel) =>
        Task.FromResult(Exchange("renew", JsonSerializer.SerializeToUtf8Bytes(request, ViewJson.Default.RenewRequest), ViewJson.Default.EnrolReply));

    public Task<ReadmitReply> ReadmitAsync(ReadmitRequest request, CancellationToken cancel) => Task.FromResult(
        Exchange("readmit", JsonSerializer.SerializeToUtf8Bytes(request, ViewJson.Default.ReadmitRequest), ViewJson.Default.ReadmitReply));

    public Task<PullChunk> PullAsync(PullRequest request, CancellationToken cancel) =>
        Task.FromResult(PullChunk.Read(Exchange("pull", JsonSerializer.SerializeToUtf8Bytes(request, WireJson.Default.PullRequest))));

    public Task<NewsReply> NewsAsync(NewsRequest request, CancellationToken cancel) =>
        Task.FromResult(Exchange("news", JsonSerializer.SerializeToUtf8Bytes(request, WireJson.Default.NewsRequest), WireJson.Default.NewsReply));

    public Task FetchSnapshotAsync(SnapshotOffer offer, string path, IProgress<SyncProgress>? progress, CancellationToken cancel)
    {
        if (offer.Packed is { } packed && till.Length(path) == 0)
        {
            Fetch(packed.Name, path + ".packed");
            if (SnapshotFile.IsWhole(till, path + ".packed", packed.Name) && SnapshotFile.TryUnpack(till, path + ".packed", path, offer))
            {
                return Task.CompletedTask;
            }
            till.Delete(path + ".packed");
        }
        Fetch(offer.Name, path);
        SnapshotFile.Accept(till, path, offer.Name);
        return Task.CompletedTask;
    }

    private void Fetch(string name, string path)
    {
        var bytes = Exchange("snapshot", System.Text.Encoding.UTF8.GetBytes(name));
        const int slice = 20_000;
        for (var at = (int)till.Length(path); at < bytes.Length; at += slice)
        {
            till.WriteAt(path, at, bytes.AsSpan(at, Math.Min(slice, bytes.Length - at)));
        }
    }

    public Task<TransactionView?> FindAsync(string number, CancellationToken cancel)
    {
        var body = Exchange("find", System.Text.Encoding.UTF8.GetBytes(number));
        return Task.FromResult(body.Length == 0 ? null : JsonSerializer.Deserialize(body, ViewJson.Default.TransactionView));
    }

    public Task<EditReply> EditAsync(ChangeGroup edit, CancellationToken cancel) => Task.FromResult(
        Exchange("edit", [.. edit.Id.ToByteArray(bigEndian: true), .. ChangeGroupJson.Write(edit)], ViewJson.Default.EditReply));

    public Task<ClockAcceptance> AcceptClockAsync(ClockAcceptance said, CancellationToken cancel) => Task.FromResult(
        Exchange("clock", JsonSerializer.SerializeToUtf8Bytes(said, ViewJson.Default.ClockAcceptance), ViewJson.Default.ClockAcceptance));

    /// <summary>Nobody has a PIN in a simulation.</summary>
    public Task<PinChanged> ChangePinAsync(PinChange change, CancellationToken cancel) => throw new InvalidOperationException("a simulated shop has no operators");

    public Task<WordsHeard> BringWordsAsync(AuthorityWord[] words, CancellationToken cancel) => Task.FromResult(
        Exchange("words", JsonSerializer.SerializeToUtf8Bytes(words, ViewJson.Default.AuthorityWordArray), ViewJson.Default.WordsHeard));

    public Task<ControlTotals> TotalsAsync(long from, long through, IReadOnlyList<long> kept, CancellationToken cancel) => Task.FromResult(
        Exchange("totals", System.Text.Encoding.UTF8.GetBytes(FormattableString.Invariant($"{from} {through}") + string.Concat(kept.Select(n => $" {n}"))), ViewJson.Default.ControlTotals));

    private T Exchange<T>(string kind, byte[] body, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(Exchange(kind, body), type)!;

    private byte[] Exchange(string kind, byte[] body)
    {
        Requests++;
        if (till.IsDead)
        {
            throw new MachineDiedException();
        }
        var fault = Next(kind);
        if (IsCut || fault is LineFault.RequestLost or LineFault.RequestDamaged)
        {
            throw Away();
        }
        if (fault == LineFault.OldRequestAgain && sent.Count > 0)
        {
            var (sender, oldKind, old) = sent[random.Next(sent.Count)];
            TryAnswer(sender, oldKind, old);
        }
        Keep(kind, body);
        var answer = Answer(Identity, kind, body);
        if (fault == LineFault.RequestDoubled)
        {
            TryAnswer(Identity, kind, body);
        }
        if (LosesRareAnswers && kind is ("renew" or "readmit") && random.Next(3) == 0)
        {
            log.Met(nameof(LineFault.AnswerLost), kind);
            throw Away();
        }
        return IsDeaf || fault is LineFault.AnswerLost or LineFault.AnswerDamaged or LineFault.AnswerCutShort ? throw Away() : answer;
    }

    private LineFault? Next(string kind)
    {
        if (plan is not var (fault, messages))
        {
            return null;
        }
        if (messages > 0)
        {
            plan = (fault, messages - 1);
            return null;
        }
        plan = null;
        log.Met(fault.ToString(), kind);
        return fault;
    }

    private void Keep(string kind, byte[] body)
    {
        if (sent.Count == MostKept)
        {
            sent.RemoveAt(random.Next(MostKept));
        }
        sent.Add((Identity, kind, body));
    }

    private void TryAnswer(TillIdentity sender, string kind, byte[] body)
    {
        try
        {
            Answer(sender, kind, body);
        }
        catch (Exception e) when (e is ServerAwayException or ServerRefusedException)
        {
            // Nobody waits for this answer.
        }
    }

    /// <summary>The server's side, as its endpoints have it; each message carries who sent it.</summary>
    private byte[] Answer(TillIdentity sender, string kind, byte[] body)
    {
        if (!server.IsUp || server.Disk.IsDead)
        {
            throw Away();
        }
        try
        {
            if (kind == "readmit")
            {
                return JsonSerializer.SerializeToUtf8Bytes(server.Enrolment.Readmit(JsonSerializer.Deserialize(body, ViewJson.Default.ReadmitRequest)!), ViewJson.Default.ReadmitReply);
            }
            var known = server.Tills.Prove(sender.Till, sender.Secret) ?? throw new ServerRefusedException("unknown till", 401);
            if (!known.State.May(DeedOf(kind)))
            {
                throw new ServerRefusedException(known.State.WhyNot(), 403);
            }
            return Handle(known, kind, body);
        }
        catch (Exception) when (server.Disk.IsDead)
        {
            throw Away();
        }
        catch (FeedBusyException)
        {
            throw Away();
        }
        catch (Exception e) when (e is ShopException or EpochException or WireFormatException or MalformedEntryException or TillForbiddenException or PostingPutOffException)
        {
            throw new ServerRefusedException(e.Message, e is EpochException ? 409 : e is TillForbiddenException ? 403 : 400);
        }
        catch (Exception e) when (e is not ServerRefusedException)
        {
            if (!server.Disk.HasFaulted)
            {
                Failures.Add($"{kind}: {e}");
            }
            throw new ServerAwayException($"500 {e.GetType().Name} {e.Message}");
        }
    }

    /// <summary>As the routes have it.</summary>
    private static TillDeed DeedOf(string kind) => kind switch
    {
        "hello" or "push" or "fork" or "news" or "words" or "totals" => TillDeed.Bring,
        "refill" => TillDeed.Refill,
        "renew" => TillDeed.Renew,
        "edit" or "clock" => TillDeed.Edit,
        _ => TillDeed.Download,
    };

    private byte[] Handle(KnownTill known, string kind, byte[] body)
    {
        switch (kind)
        {
            case "hello":
                var hello = JsonSerializer.Deserialize(body, WireJson.Default.HelloRequest)!;
                if (hello.Clock is { } said && known.State == TillState.Enrolled)
                {
                    server.Judged?.Heard(known.Id, said);
                }
                var putOff = server.Judged?.WhyNot(server.Database);
                log.Met("ClockJudged", server.Judged is null ? "trusted" : putOff is null ? "believed" : putOff.Asks is null ? "behind" : "in doubt");
                return JsonSerializer.SerializeToUtf8Bytes(
                    server.Orchestrator.Hello(server.Tills.Greet(known, hello), hello) with { PutOff = putOff }, WireJson.Default.HelloReply);
            case "clock":
                var time = JsonSerializer.Deserialize(body, ViewJson.Default.ClockAcceptance)!.Time;
                return JsonSerializer.SerializeToUtf8Bytes(
                    new ClockAcceptance(server.Database.Writing(session => server.Judged!.Accept(session, time)), null), ViewJson.Default.ClockAcceptance);
            case "push":
                var head = Array.IndexOf(body, (byte)'\n');
                var (synchronisation, entries) = PushEnvelope.Read(body.AsSpan(head + 1));
                var record = server.Tills.RecordOf(known, BlockProofs.Read(System.Text.Encoding.UTF8.GetString(body, 0, head)));
                return JsonSerializer.SerializeToUtf8Bytes(server.Orchestrator.Push(record, synchronisation, entries), WireJson.Default.PushReply);
            case "refill":
                return PushEnvelope.Write(Guid.Empty, server.Orchestrator.Refill(server.Tills.RecordOf(known), Numbers(body)[0]));
            case "fork":
                return JsonSerializer.SerializeToUtf8Bytes(
                    server.Orchestrator.KeepForked(server.Tills.RecordOf(known), PushEnvelope.Read(body).Entries), WireJson.Default.ForkReply);
            case "renew":
                return JsonSerializer.SerializeToUtf8Bytes(server.Enrolment.Renew(known, JsonSerializer.Deserialize(body, ViewJson.Default.RenewRequest)!.Secret), ViewJson.Default.EnrolReply);
            case "words":
                var words = JsonSerializer.Deserialize(body, ViewJson.Default.AuthorityWordArray)!;
                var heard = server.Database.Writing(session => AuthorityWords.Hear(session, words));
                log.Met("WordsHeard", heard > 0 ? "forgotten ones" : "known ones");
                server.Words.Bring();
                return JsonSerializer.SerializeToUtf8Bytes(new WordsHeard(heard), ViewJson.Default.WordsHeard);
            case "news":
                // What waits here is the simulation: a till asks without waiting, and is woken by Interest.
                var asked = JsonSerializer.Deserialize(body, WireJson.Default.NewsRequest)! with { WaitSeconds = 0 };
                return JsonSerializer.SerializeToUtf8Bytes(
                    server.Orchestrator.NewsAsync(known.Id, session => server.Tills.ScopeOf(session, known.Id), asked, look => Task.FromResult(look()), CancellationToken.None).GetAwaiter().GetResult(), WireJson.Default.NewsReply);
            case "pull":
                return server.Orchestrator.Pull(server.Tills.RecordOf(known), JsonSerializer.Deserialize(body, WireJson.Default.PullRequest)!).Write().ToArray();
            case "snapshot":
                return server.Orchestrator.SnapshotPath(System.Text.Encoding.UTF8.GetString(body)) is { } path
                    ? server.Disk.Read(path)!
                    : throw new ServerRefusedException("no such snapshot", 404);
            case "find":
                var found = server.Read(s => Transactions.Find(s, System.Text.Encoding.UTF8.GetString(body)));
                return found is null ? [] : JsonSerializer.SerializeToUtf8Bytes(found, ViewJson.Default.TransactionView);
            case "edit":
                var edit = ChangeGroupJson.Read(Schema.BookmineSetup.Instance, new Guid(body.AsSpan(0, 16), bigEndian: true), ChangeGroupJson.Format, body.AsMemory(16));
                return JsonSerializer.SerializeToUtf8Bytes(server.Edits.Apply(known.Id, known.Branch, edit), ViewJson.Default.EditReply);
            default:
                var range = Numbers(body);
                return JsonSerializer.SerializeToUtf8Bytes(server.Read(s => PostedTotals.Of(s, known.Id, range[0], range[1], range[2..])), ViewJson.Default.ControlTotals);
        }
    }

    private static long[] Numbers(byte[] body) =>
        [.. System.Text.Encoding.UTF8.GetString(body).Split(' ').Select(n => long.Parse(n, System.Globalization.CultureInfo.InvariantCulture))];

    private static ServerAwayException Away() => new("the line is down");
}
