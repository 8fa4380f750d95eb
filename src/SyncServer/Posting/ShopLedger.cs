using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Interceptors;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Posting;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Posting.Findings;
using Bookmine.SyncServer.Clocks;
using Bookmine.SyncServer.Rules;

namespace Bookmine.SyncServer.Posting;

/// <summary>
/// What one unit does in the shop's books: TransIDs and dates, on-hand counts, what was dropped, what should be looked at.
/// </summary>
internal sealed class ShopLedger(Session session, long till, bool byPerson, IUploadInterceptor<PostingFacts> interceptor, TimeProvider clock) : ILedger
{
    private readonly TillStanding standing = TillStanding.Lock(session, till);
    private readonly HashSet<long> dockets = [];
    private readonly List<long> provenBranches = [];
    private readonly List<(long N, Guid Id)> quarantined = [];
    private readonly List<HoldingMoved> moved = [];
    private readonly HashSet<RowKey> holdings = [];
    private readonly StockStanding stock = new();
    private readonly Dictionary<long, string> zonesOfGiven = [];
    private Numbering numbering = new(0, 0);
    private LiveRows rows = new(session);

    public string? RefusesAll => byPerson ? null : standing.State.KeptBecause();

    public long PostedAt => numbering.PostedAt;

    public IEnumerable<(SyncTable Table, RowKey Key)> Touches(IReadOnlyList<ChangeGroup> groups)
    {
        var changes = groups.SelectMany(g => g.Changes).ToList();
        foreach (var change in changes.Where(c => c.Table == BookmineSetup.Holding))
        {
            yield return (change.Table, change.Key);
            yield return (BookmineSetup.Stock, new RowKey(change.Key.Guid));
        }
        holdings.UnionWith(changes.Select(HoldingOf).OfType<RowKey>());
        holdings.UnionWith(StockStanding.RootsOf(session, holdings));
        foreach (var holding in holdings)
        {
            yield return (BookmineSetup.Holding, holding);
        }
    }

    public void Read(IReadOnlyList<UnitEntry> entries, LiveRows rows)
    {
        this.rows = rows;
        var given = entries.Where(e => e.Given is not null).ToList();
        var onRecord = given.Count == 0 ? [] : TableSql.WhereIn(
            session, BookmineSetup.Document, "trans_id", RowSet.Of("trans_id", given.Select(e => e.Given!.Number).OfType<long>().Distinct()));
        ReadZones(given);
        numbering = Counter.Lock(session, clock);
        stock.Read(session, holdings);
        onRecord.ForEach(d => numbering.NoteOnRecord(d.Integer(Columns.Document.TransId)));
    }

    public Judgement Judge(UnitEntry entry, ChangeGroup group)
    {
        var given = entry.Given;
        var answer = given?.Number is { } number && numbering.IsTaken(number) ? null : given;
        // A date beyond the clock was given by one that was ahead.
        answer = answer is { } dated && dated.PostedAt > numbering.PostedAt + ClockTable.Slack ? dated with { PostedAt = numbering.PostedAt } : answer;
        var document = group.Changes.FirstOrDefault(c => c.Op == ChangeOp.Insert && c.Table == BookmineSetup.Document)?.Values;
        var branch = document?.IntegerOrNull(Columns.Document.Branch);
        if (given is { State: EntryState.Posted } && branch is { } was)
        {
            BelongedTo(was);
        }
        var facts = new PostingFacts(
            till, standing.Zones.Keys, standing.Blocks, answer?.Number ?? numbering.Next, answer?.PostedAt ?? numbering.PostedAt,
                standing.ZoneOf(branch), rows.Find);
        var ruling = interceptor.OnApplying(group, facts);
        if (ruling.Refused is null && Take(ruling) is { } fault)
        {
            ruling = Ruling.Refuse(fault);
        }
        if (ruling.Refused is not null)
        {
            return new Judgement(ruling, null, numbering.PostedAt);
        }
        Move(entry.N, ruling, facts.PostedAt);
        if (ruling.Apply.FirstOrDefault(c => c.Table == BookmineSetup.Document) is not { } posted)
        {
            return new Judgement(ruling, null, facts.PostedAt);
        }
        numbering.NotePosted(posted.Key.Guid);
        return new Judgement(ruling, TakeNumber(answer), facts.PostedAt);
    }

    public void Quarantine(long n, Guid id) => quarantined.Add((n, id));

    public void Write(Guid synchronisation, IReadOnlyList<PostedEntry> posted)
    {
        foreach (var branch in provenBranches)
        {
            session.InsertIfAbsent("till_branch", "till, branch, since", till, branch, numbering.PostedAt);
        }
        foreach (var (n, id) in quarantined)
        {
            session.InsertIfAbsent("quarantine", "id, branch, till, n, state", id, standing.Branch, till, n, "quarantined");
        }
        DroppedRows.Write(session, till, synchronisation, posted, numbering.PostedAt);
        Counter.Write(session, numbering);
        session.ExecuteSoon(
            "UPDATE till SET seen_at = @now, unposted = CASE WHEN unposted > @entries THEN unposted - @entries ELSE 0 END WHERE id = @till",
            numbering.PostedAt, posted.Count, till);
    }

    public void Find(IReadOnlyList<PostedEntry> posted) => new UnitFindings(session, till, numbering.PostedAt, posted, moved).Note();

    private static RowKey? HoldingOf(RowChange change) =>
        change.Table == BookmineSetup.StockMovement && change.Values.GuidOrNull(Columns.Movement.StockId) is { } stock
        && change.Values.IntegerOrNull(Columns.Movement.Branch) is { } branch
            ? new RowKey(branch, stock)
            : null;

    /// <summary>On-hand is the sum of stock movements: each posted one is added to its holding, which is made where it is absent.</summary>
    private void Move(long n, Ruling ruling, long postedAt)
    {
        foreach (var change in ruling.Apply)
        {
            if (HoldingOf(change) is not { } key)
            {
                continue;
            }
            var quantity = change.Values.Integer(Columns.Movement.Qty);
            var (mover, onHand) = (key, Move(key, quantity));
            foreach (var (holding, beside) in stock.With(change.Values, key, postedAt))
            {
                rows.Make(beside);
                var there = Move(holding, beside.Integer(Columns.Movement.Qty));
                (mover, onHand) = holding == key ? (mover, there) : (holding, there);
            }
            moved.Add(new HoldingMoved(n, mover.Integer, mover.Guid, quantity, onHand));
        }
    }

    /// <returns>How many there are then.</returns>
    /// <exception cref="ChangedMeanwhileException">The record has turned out to be another one since it was looked for.</exception>
    private long Move(RowKey key, long quantity)
    {
        if (!holdings.Contains(key))
        {
            throw new ChangedMeanwhileException(BookmineSetup.Stock.Name);
        }
        return rows.Set(
            BookmineSetup.Holding, key,
            () => new Row(BookmineSetup.Holding) { [Columns.Holding.Branch] = key.Integer, [Columns.Holding.StockId] = key.Guid,
                [Columns.Holding.OnHand] = 0L },
            row => row[Columns.Holding.OnHand] = row.Integer(Columns.Holding.OnHand) + quantity).Integer(Columns.Holding.OnHand);
    }

    /// <summary>Folds the rows of a group into those of the unit, all or none.</summary>
    /// <returns>Why they cannot be; null when they can.</returns>
    private string? Take(Ruling ruling)
    {
        var numbered = ruling.Apply.Where(c => c.Table == BookmineSetup.Document).Select(c => c.Values.Integer(Columns.Document.Docket)).ToList();
        if (numbered.Exists(dockets.Contains))
        {
            return Conflicts.Number(BookmineSetup.Document);
        }
        var fault = rows.Take(ruling.Apply);
        if (fault is null)
        {
            dockets.UnionWith(numbered);
        }
        return fault;
    }

    private long TakeNumber(EntryResult? answer) =>
        answer?.Number is { } number ? numbering.TakeGiven(number, answer.PostedAt) : numbering.Take();

    /// <summary>What this server itself has posted before its records were restored proves the branch that the till belonged to.</summary>
    private void BelongedTo(long was)
    {
        if (!standing.Zones.ContainsKey(was) && zonesOfGiven.TryGetValue(was, out var zone))
        {
            standing.Zones.Add(was, TimeZones.Find(zone));
            provenBranches.Add(was);
        }
    }

    private void ReadZones(List<UnitEntry> given)
    {
        var branches = given.SelectMany(e => e.Group?.Changes ?? []).Where(c => c.Table == BookmineSetup.Document)
            .Select(c => c.Values.IntegerOrNull(Columns.Document.Branch)).OfType<long>().Where(b => !standing.Zones.ContainsKey(b)).Distinct();
        foreach (var branch in TableSql.WhereIn(session, BookmineSetup.Branch, "id", RowSet.Of("id", branches)))
        {
            zonesOfGiven.Add(branch.Integer("id"), branch.Text("time_zone"));
        }
    }
}
