using Bookmine.Sync.Journal;

namespace Bookmine.TillClient;

/// <summary>Says what went wrong so that a person knows what to do.</summary>
internal static class FaultText
{
    /// <summary>Whether it is a failure of the machine: its disk, its files, the rights to them.</summary>
    public static bool IsOfMachine(Exception e) => e is (System.Data.Common.DbException or IOException or UnauthorizedAccessException) and not SealFailedException;

    public static string Of(Exception e) =>
        IsOfMachine(e) ? $"The disk does not take it ({e.Message}). Nothing was sealed: free space, or mend the disk or the rights, then try again." : e.Message;
}
