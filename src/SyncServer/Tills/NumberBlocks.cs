using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Wire;

namespace Bookmine.SyncServer.Tills;

/// <summary>Blocks of D-numbers from one chain-wide counter; a number is leased once and never again.</summary>
internal static class NumberBlocks
{
    public const long Size = 100_000;

    /// <summary>A till gets no second block within the hour (milliseconds).</summary>
    public const long AgainAfter = 3_600_000;

    /// <summary>A block that is used up sooner is told to people (milliseconds).</summary>
    public const long UsedUpNoSoonerThan = 24 * 3_600_000;

    /// <summary>Below this many numbers left, a till gets another block.</summary>
    public const long TopUpBelow = Size / 5;

    public static NumberBlock Lease(Session session, long till, long branch, string tillName)
    {
        session.Execute("UPDATE counter SET block = block + @size WHERE id = 1", Size);
        var last = session.Integer("SELECT block FROM counter WHERE id = 1")!.Value;
        var block = new NumberBlock(last - Size + 1, last, FeedState.ProofOf(session).MacOfBlock(till, last - Size + 1, last));
        session.Execute(
            "INSERT INTO number_block (first, last, till, branch, till_name) VALUES (@first, @last, @till, @branch, @name)",
            block.First, block.Last, till, branch, tillName);
        return block;
    }

    /// <summary>
    /// Takes down again blocks that the till proves were leased to it, and that are not on record since the records were restored.
    /// </summary>
    public static void TakeDown(Session session, long till, long branch, string tillName, IEnumerable<NumberBlock> lost)
    {
        foreach (var block in lost)
        {
            session.InsertIfAbsent("number_block", "first, last, till, branch, till_name", block.First, block.Last, till, branch, tillName);
            session.Execute("UPDATE counter SET block = @last WHERE id = 1 AND block < @last", block.Last);
        }
    }

    public static List<NumberBlock> Of(Session session, long till)
    {
        var proof = FeedState.ProofOf(session);
        using var reader = session.Query("SELECT first, last FROM number_block WHERE till = @till ORDER BY first", till);
        var blocks = new List<NumberBlock>();
        while (reader.Read())
        {
            var (first, last) = (reader.GetInt64(0), reader.GetInt64(1));
            blocks.Add(new NumberBlock(first, last, proof.MacOfBlock(till, first, last)));
        }
        return blocks;
    }
}
