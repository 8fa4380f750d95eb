using Bookmine.Schema.Views;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Reports;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>A place in the order of posting, or of changes to records, of one epoch of the shop's records.</summary>
/// <param name="Key">Where a first pass over a table has come to; null once it is through, and after that only changes count.</param>
public sealed record Place(string Epoch, long Seq, Guid? Key = null, long KeyBranch = 0);

/// <summary>Records after a place, and the place that comes after them.</summary>
/// <param name="HasMore">Whether there is more at this moment.</param>
public sealed record After<T>(IReadOnlyList<T> Items, Place Next, bool HasMore);

/// <summary>
/// The records were put back from a backup, or repaired, since a place was given: what comes after it is not known any more.
/// </summary>
public sealed class OtherEpochException() : ShopException(
    "The shop's records were put back or repaired since that cursor was given. Pull from the beginning again, and put what comes in the place "
    + "of what you have by its id: nothing is doubled.");

/// <summary>Transactions in the order of posting, which skips none: a place in it is drawn under the same lock as the numbers.</summary>
public static class PostedFeed
{
    /// <param name="after">Null for the beginning.</param>
    /// <param name="most">How many are looked at; those of other branches are passed over.</param>
    /// <exception cref="OtherEpochException">The place is of other records.</exception>
    public static After<TransactionView> Read(Session session, Rights rights, Place? after, int most)
    {
        var epoch = FeedState.Read(session).Epoch;
        if (after is not null && after.Epoch != epoch)
        {
            throw new OtherEpochException();
        }
        var (last, seen) = (after?.Seq ?? 0, 0);
        var order = new Dictionary<Guid, long>();
        using (var reader = session.Query(
            $"""
            SELECT p.seq, p.document_id, d.branch FROM posting p JOIN document d ON d.id = p.document_id
            WHERE p.seq > @after ORDER BY p.seq {session.Dialect.Limit("@most")}
            """,
            last, most + 1))
        {
            while (reader.Read() && ++seen <= most)
            {
                last = reader.GetInt64(0);
                if (rights.Has(reader.GetInt64(2)))
                {
                    // One that was posted again after a restore stands where it was posted last.
                    order[DbValues.ReadGuid(reader, 1)] = last;
                }
            }
        }
        return new After<TransactionView>(
            [.. Transactions.FindAll(session, order.Keys).OrderBy(t => order[t.Id])], new Place(epoch, last), seen > most);
    }
}
