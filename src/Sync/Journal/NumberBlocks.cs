using Bookmine.Sync.Data;

namespace Bookmine.Sync.Journal;

/// <summary>The leased blocks of printed numbers, as the journal's file keeps them.</summary>
internal static class NumberBlocks
{
    public static long Left(Session session) => session.Integer("SELECT sum(last - next + 1) FROM block WHERE next <= last") ?? 0;

    public static List<NumberBlock> All(Session session)
    {
        using var reader = session.Query("SELECT b.first, b.last, p.mac FROM block b LEFT JOIN block_proof p ON p.first = b.first ORDER BY b.first");
        var blocks = new List<NumberBlock>();
        while (reader.Read())
        {
            blocks.Add(new NumberBlock(DbValues.ReadInteger(reader, 0), DbValues.ReadInteger(reader, 1), DbValues.ReadTextOrNull(reader, 2)));
        }
        return blocks;
    }

    /// <summary>Adds a block; one that is there already changes nothing.</summary>
    public static int Add(Session session, NumberBlock block)
    {
        if (block.Mac is not null)
        {
            session.Execute("INSERT INTO block_proof (first, mac) VALUES (@first, @mac) ON CONFLICT DO NOTHING", block.First, block.Mac);
        }
        return session.Execute("INSERT INTO block (first, last, next) VALUES (@first, @last, @first) ON CONFLICT DO NOTHING", block.First, block.Last);
    }

    /// <summary>Every number that was leased so far is used no more.</summary>
    public static void UseUp(Session session) => session.Execute("UPDATE block SET next = last + 1");

    /// <summary>The highest number taken; 0 for none.</summary>
    public static long Highest(Session session) => session.Integer("SELECT max(next) - 1 FROM block") ?? 0;

    /// <summary>Takes the next number; in the transaction that seals the entry which carries it.</summary>
    /// <exception cref="OutOfNumbersException">Every block is used up.</exception>
    public static long Take(Session session)
    {
        while (true)
        {
            long first, next, last;
            using (var reader = session.Query("SELECT first, next, last FROM block WHERE next <= last ORDER BY first LIMIT 1"))
            {
                if (!reader.Read())
                {
                    throw new OutOfNumbersException();
                }
                (first, next, last) = (DbValues.ReadInteger(reader, 0), DbValues.ReadInteger(reader, 1), DbValues.ReadInteger(reader, 2));
            }
            // Never a number that an entry carries, whatever the disk has made of the count.
            var number = Math.Max(Math.Max(next, first), Used(session, first, last) + 1);
            session.Execute("UPDATE block SET next = @next WHERE first = @first", number + 1, first);
            if (number <= last)
            {
                return number;
            }
        }
    }

    private static long Used(Session session, long first, long last) => Math.Max(
        session.Integer("SELECT max(number) FROM entry WHERE number BETWEEN @first AND @last", first, last) ?? 0,
        session.Integer("SELECT max(number) FROM archive WHERE number BETWEEN @first AND @last", first, last) ?? 0);
}
