using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.Imports;

/// <summary>What one kind of file means.</summary>
internal interface IImport
{
    /// <summary>The next row that can be taken; rejects the others on the way.</summary>
    /// <returns>Null at the end.</returns>
    object? Next(ImportFile file);

    /// <summary>Locks what the rows of a transaction change, where anything but the rows themselves has to stand still.</summary>
    void BeginSlice(Session session, IReadOnlyList<object> slice, bool isWriting);

    /// <summary>Does what a row says, or, for a preview, finds out what it would do. Doubles nothing when it is done already.</summary>
    Verdict Write(Session session, object row, ImportBook book);

    /// <summary>The row as it was understood, on one line.</summary>
    string Describe(object row);
}
