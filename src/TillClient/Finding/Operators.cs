using Bookmine.Schema;
using Bookmine.Sync.Data;

namespace Bookmine.TillClient.Finding;

/// <summary>Who may sell, as the replica has it.</summary>
internal sealed class Operators(ReplicaView view)
{
    /// <summary>Those who are not disabled, by name.</summary>
    public IEnumerable<string> Names() => TableSql.Where(view.Session, BookmineSetup.Operator, "disabled = 0 ORDER BY name").Select(r => r.Text("name"));

    /// <summary>The hash of an operator's PIN; null when there is no such operator in use.</summary>
    public string? HashOf(string name) => TableSql.Where(view.Session, BookmineSetup.Operator, "disabled = 0 AND name = @name", name).FirstOrDefault()?.Text("pin_hash");
}
