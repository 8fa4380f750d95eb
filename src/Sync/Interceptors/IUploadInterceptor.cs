using Bookmine.Sync.Changes;

namespace Bookmine.Sync.Interceptors;

/// <summary>
/// Stands between a client's changes and the tables. It sees a group of row changes and the facts read for it, nothing of journal,
/// wire or database, so that any engine that has row changes can run it.
/// </summary>
/// <typeparam name="TFacts">What was read for the group before it is judged: the host's own record.</typeparam>
public interface IUploadInterceptor<in TFacts>
{
    /// <summary>
    /// Judges the group. Pure: the same group and facts give the same ruling. What it applies are rows that the group names, or new ones: any other
    /// row was not locked for it.
    /// </summary>
    Ruling OnApplying(ChangeGroup group, TFacts facts);
}

/// <summary>What an interceptor decides.</summary>
/// <param name="Apply">The rows to write, as they are to be written.</param>
/// <param name="Dropped">What is not written, field by field, for the record.</param>
/// <param name="Refused">Why the group as a whole cannot be applied; null when it can.</param>
public sealed record Ruling(IReadOnlyList<RowChange> Apply, IReadOnlyList<DroppedField> Dropped, string? Refused = null)
{
    public static Ruling Refuse(string reason) => new([], [], reason);
}

/// <summary>A field's change that was not applied.</summary>
/// <param name="ClientValue">What the client wanted, as text.</param>
/// <param name="ServerValue">What stands on the server, as text; null when there is nothing.</param>
public sealed record DroppedField(string Table, string Key, string Field, string? ClientValue, string? ServerValue, string Reason);
