using System.Collections.Concurrent;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Posting;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Wire;

namespace Bookmine.Sync.Orchestrators;

/// <summary>
/// A client that proves to have had answers which are not on record here shows that the records were restored from a backup behind the server's back: a
/// new epoch begins, and what counts up is raised past anything that can have been given.
/// </summary>
internal sealed class RestoredRecords(IServerDatabase database, IPostingHost host, TimeProvider clock, EntityIds ids)
{
    /// <summary>A client without a replica shows a restore so often at the most: it cannot say whether it has shown it before.</summary>
    private static readonly TimeSpan BetweenProofs = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<long, long> provedAt = [];

    public void Notice(long client, HelloRequest request)
    {
        if (request.Proof is not { Answer: var answer } proof || answer.N <= database.Reading(s => new Inbox(s, client).Head().N))
        {
            return;
        }
        database.Writing(session =>
        {
            var words = FeedState.ProofOf(session);
            if (!words.Holds(client, proof.Hash, answer))
            {
                return false;
            }
            var isNews = request.Epoch is { } theirs ? FeedState.Read(session).Epoch == theirs : IsFirstProof(client);
            if (isNews)
            {
                FeedState.BeginEpoch(session, ids.Next().ToString());
            }
            host.Restored(session, client, AnswerProof.Number(request.HighestProof, words, client), isNews);
            return true;
        });
    }

    /// <summary>A client of another engine shows it, with something of ours that these records do not know.</summary>
    /// <param name="epoch">When that was seen: whoever else has seen it by now has begun the next.</param>
    public void Notice(long client, string epoch) => database.Writing(session =>
    {
        if (FeedState.Read(session).Epoch != epoch)
        {
            return false;
        }
        FeedState.BeginEpoch(session, ids.Next().ToString());
        host.Restored(session, client, 0, isNews: true);
        return true;
    });

    /// <summary>
    /// One that was wiped, or has lost its replica, names no epoch. It is believed all the same, since a number would be given twice else; in this process
    /// alone, as records are put back while no server runs on them.
    /// </summary>
    private bool IsFirstProof(long client)
    {
        if (provedAt.TryGetValue(client, out var at) && clock.GetElapsedTime(at) < BetweenProofs)
        {
            return false;
        }
        provedAt[client] = clock.GetTimestamp();
        return true;
    }
}
