using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Wire;
using Bookmine.TillClient.Files;
using Bookmine.TillClient.Finding;
using Bookmine.TillClient.Server;

namespace Bookmine.TillClient.Selling;

/// <summary>What is to be sealed as one entry.</summary>
/// <param name="Number">The D-number, of a transaction.</param>
/// <param name="Amount">In cents, of a transaction.</param>
internal sealed record Sealing(IReadOnlyList<RowChange> Changes, long? Number = null, long Amount = 0);

/// <summary>Seals entries, and posts each at once when the server is at hand.</summary>
internal sealed class Sealer(
    ReplicaView view, ClientJournal journal, JournalMirror mirror, Func<TillSettings> settings, ServerLink link, ClientOrchestrator orchestrator, ClockOffset offset,
    TimeProvider clock)
{
    private static readonly TimeSpan WaitForTransId = TimeSpan.FromSeconds(1);

    /// <summary>Whether the disk has failed at a commit, so that it is not known what the journal ends with before it is opened anew.</summary>
    public bool IsInDoubt { get; private set; }

    /// <summary>The one way into the journal. A refusal leaves nothing behind, not even a number taken.</summary>
    public Outcome Seal(string kind, string? author, Func<SealScope, Sealing> make) => view.Read(() =>
    {
        if (IsInDoubt)
        {
            return Outcome.Refuse(
                "the disk failed while something was sealed, and whether it is in the journal is not known", "Leave and start the program again, then look for it before it is made again.");
        }
        try
        {
            var entry = journal.Seal(scope =>
            {
                view.Overlay.CatchUp();
                var (changes, number, amount) = make(scope);
                if (offset.ToSeal() is { } ahead)
                {
                    changes.Where(c => c.Table == BookmineSetup.StockMovement).ToList().ForEach(c => c.Values["clock_ahead"] = ahead);
                }
                var group = new ChangeGroup(scope.Id, kind, author, scope.SealedAt, changes);
                EntryContent.RequireText(group);
                return new SealContent(kind, ChangeGroupJson.Format, ChangeGroupJson.Write(group), number, amount);
            });
            return new Outcome(entry, null, Mirrored());
        }
        catch (RefusedException e)
        {
            return new Outcome(null, e.Refusal);
        }
        catch (SealFailedException)
        {
            IsInDoubt = true;
            throw;
        }
        catch (OutOfNumbersException e)
        {
            return Outcome.Refuse(e.Message, "Start in normal mode with the server at hand, or press F9.");
        }
    });

    /// <summary>Brings the mirror up to the journal, if there is one.</summary>
    /// <returns>What is wrong with it; the entry is sealed all the same.</returns>
    private string? Mirrored()
    {
        try
        {
            mirror.Follow(settings().Mirror);
            return mirror.Fault;
        }
        catch (TillException e)
        {
            return e.Message;
        }
    }

    /// <summary>Posts what was just sealed, if the server is at hand and nothing older waits; otherwise it is posted later.</summary>
    public async Task<(Outcome Outcome, long? TransId)> PostAsync(Outcome outcome, CancellationToken cancel)
    {
        if (outcome.Entry is not { } entry || !link.MayTry || link.PutOff is not null || journal.Acknowledged < entry.N - 1)
        {
            return (outcome, null);
        }
        using var waited = new CancellationTokenSource(WaitForTransId, clock);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel, waited.Token);
        try
        {
            var results = await link.TryAsync(() => orchestrator.PushAsync(patience.Token)).ConfigureAwait(false);
            // A synchronisation that runs beside may have posted it.
            var result = results.FirstOrDefault(r => r.N == entry.N) ?? journal.ByN(entry.N)?.Result;
            if (result is { State: EntryState.Posted } && journal.ReportedThrough == entry.N - 1)
            {
                journal.ReportedThrough = entry.N;
            }
            return (outcome, result?.Number);
        }
#pragma warning disable CA1031 // The sale is sealed: whatever happens now must not look as if it had not been sold.
        catch (Exception)
        {
            return (outcome, null);
        }
#pragma warning restore CA1031
    }
}
