using System.Globalization;
using System.Text.Json.Serialization;
using Bookmine.Schema;
using Bookmine.Sync.Interceptors;

namespace Bookmine.TillClient;

/// <summary>A field's edit, or an email, that a resynchronisation has dropped, as people are told of it.</summary>
/// <param name="Key">Of the record; its last part is the record's id.</param>
/// <param name="TillValue">What was wanted here, as text; of an email its subject and, after a line break, its text.</param>
/// <param name="ServerValue">What stands on the server, as text; null when there is nothing.</param>
public sealed record DroppedEdit(string Table, string Key, string Field, string? TillValue, string? ServerValue, string Reason)
{
    /// <summary>The title or name of the record, to a person; null where it is not here.</summary>
    public string? Of { get; init; }

    /// <summary>The id of the record; all zeros where the key is none.</summary>
    [JsonIgnore]
    public Guid Record => Guid.TryParse(Key.Split('/')[^1], out var id) ? id : Guid.Empty;

    [JsonIgnore]
    public bool IsEmail => Table == BookmineSetup.Email.Name;

    /// <summary>The branch's price of a stock record, in cents, which is kept apart from it.</summary>
    [JsonIgnore]
    public bool IsPrice => Table == BookmineSetup.Holding.Name;

    /// <summary>What the field is called on the screen.</summary>
    [JsonIgnore]
    public string Name => IsPrice ? "price" : Field;

    /// <summary>The till's value in one line, a price as money.</summary>
    [JsonIgnore]
    public string Here => Shown(TillValue);

    /// <summary>The server's value in the same way.</summary>
    [JsonIgnore]
    public string There => Shown(ServerValue);

    internal static DroppedEdit From(DroppedField field) => new(field.Table, field.Key, field.Field, field.ClientValue, field.ServerValue, field.Reason);

    private string Shown(string? value) =>
        IsPrice && long.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var cents) ? Money.Format(cents) : (value ?? "").ReplaceLineEndings(" / ");
}
