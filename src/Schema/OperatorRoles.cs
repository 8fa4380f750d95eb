namespace Bookmine.Schema;

/// <summary>What operators are at the tills.</summary>
public static class OperatorRoles
{
    public const string Cashier = "cashier";

    /// <summary>May do what a branch wants a supervisor for (<see cref="SupervisedActs"/>), and let others do it.</summary>
    public const string Supervisor = "supervisor";
}
