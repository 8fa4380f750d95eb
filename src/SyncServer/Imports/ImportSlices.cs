using System.Runtime.ExceptionServices;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;

namespace Bookmine.SyncServer.Imports;

/// <summary>How far a run has come.</summary>
internal sealed class Tally
{
    /// <summary>Rows taken.</summary>
    public long Done { get; set; }

    public long Made { get; set; }

    public long Changed { get; set; }

    public long Same { get; set; }

    public Tally Copy() => (Tally)MemberwiseClone();

    public void Count(Verdict verdict)
    {
        Done++;
        switch (verdict)
        {
            case Verdict.Made: Made++; break;
            case Verdict.Changed: Changed++; break;
            default: Same++; break;
        }
    }
}

/// <summary>Goes through a file in slices, each consistent, so that tills post and read between them and a broken import goes on where it was.</summary>
internal static class ImportSlices
{
    private const int SliceRows = 2_000;
    private const int LockedRows = 250;

    /// <param name="isLocked">Whether a slice locks what postings wait for, and so is small.</param>
    /// <param name="note">Called in each slice's transaction, with how far it was and how far it comes.</param>
    public static Tally Write(
        IServerDatabase database, ImportFile file, IImport import, ImportBook book, Tally tally, bool isLocked, Action<Session, Tally,
            Tally> note, Action<long> progress)
    {
        // What an earlier run of the same import has done is read again, for what is counted on the way, and not written again.
        for (var i = 0L; i < tally.Done && import.Next(file) is not null; i++)
        {
        }
        var slices = new Slices(import, file);
        while (slices.Next(isLocked ? LockedRows : SliceRows) is { Count: > 0 } slice)
        {
            tally = database.Writing(session =>
            {
                book.Begin();
                var after = tally.Copy();
                import.BeginSlice(session, slice, isWriting: true);
                slice.ForEach(row => after.Count(import.Write(session, row, book)));
                book.Write(session);
                note(session, tally, after);
                return after;
            });
            book.End();
            progress(tally.Done);
        }
        return tally;
    }

    /// <summary>The same without writing.</summary>
    /// <param name="seen">Each row as it was understood, with what it would do.</param>
    public static Tally Preview(IServerDatabase database, ImportFile file, IImport import, Action<object, Verdict> seen, Action<long> progress)
    {
        var (tally, book) = (new Tally(), new ImportBook(batch: null));
        var slices = new Slices(import, file);
        while (slices.Next(SliceRows) is { Count: > 0 } slice)
        {
            database.Reading(session =>
            {
                import.BeginSlice(session, slice, isWriting: false);
                foreach (var row in slice)
                {
                    var verdict = import.Write(session, row, book);
                    tally.Count(verdict);
                    seen(row, verdict);
                }
                return true;
            });
            progress(tally.Done);
        }
        return tally;
    }

    /// <summary>The rows of a file, so many at a time; what cannot be read further is told once what came before it is taken.</summary>
    private sealed class Slices(IImport import, ImportFile file)
    {
        private ExceptionDispatchInfo? end;

        public List<object> Next(int most)
        {
            end?.Throw();
            var slice = new List<object>(most);
            try
            {
                while (slice.Count < most && import.Next(file) is { } row)
                {
                    slice.Add(row);
                }
            }
            catch (ShopException e) when (slice.Count > 0)
            {
                end = ExceptionDispatchInfo.Capture(e);
            }
            return slice;
        }
    }
}
