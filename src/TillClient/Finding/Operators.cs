using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;

namespace Bookmine.TillClient.Finding;

/// <summary>Who may sell here, as the replica has it.</summary>
internal sealed class Operators(ReplicaView view)
{
    /// <summary>Whether the shop has, or ever had, operators: then somebody signs on before anything is sold.</summary>
    public bool AreWanted() => view.Session.Scalar("SELECT 1 FROM operator LIMIT 1") is not null;

    /// <summary>Those who can sign on at this branch's tills, by name.</summary>
    /// <param name="role">Only those of this role; null for all.</param>
    public IEnumerable<string> Names(string? role = null) =>
        InUse("1 = 1 ORDER BY name").Where(o => role is null || RoleOf(o) == role).Select(r => r.Text("name"));

    /// <summary>Whether somebody may do a supervisor's acts.</summary>
    public bool IsSupervisor(string name) => InUse("name = @name", name).Any(o => RoleOf(o) == OperatorRoles.Supervisor);

    /// <summary>The hash of an operator's PIN; null when there is no such operator in use here.</summary>
    public string? HashOf(string name) => view.Session.Scalar(
        "SELECT p.pin_hash FROM operator o JOIN operator_pin p ON p.operator = o.id WHERE o.disabled = 0 AND o.name = @name", name) as string;

    private List<Row> InUse(string condition, params object?[] values) =>
        TableSql.Where(view.Session, BookmineSetup.Operator, "disabled = 0 AND id IN (SELECT operator FROM operator_pin) AND " + condition, values);

    private static string RoleOf(Row row) => row.TextOrNull("role") ?? OperatorRoles.Cashier;
}
