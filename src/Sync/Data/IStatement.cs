using System.Data.Common;

namespace Bookmine.Sync.Data;

/// <summary>A prepared statement of one connection. Arguments are given in the order in which their names first appear in it.</summary>
public interface IStatement : IDisposable
{
    /// <returns>The number of rows affected.</returns>
    int Execute(params ReadOnlySpan<object?> values);

    /// <summary>Its rows, which are read to their end or closed before it is run again.</summary>
    DbDataReader Query(params ReadOnlySpan<object?> values);
}

/// <summary>
/// A connection that prepares statements itself: of an embedded engine, where the driver's commands, which look parameters up by name, take
/// about as long as what they run. Running one costs next to nothing, so a set of rows is a statement for each of them.
/// </summary>
public interface IPreparingConnection
{
    SqlDialect Dialect { get; }

    /// <summary>Whether a transaction is open; the engine may have ended it by itself when a statement failed.</summary>
    bool IsInTransaction { get; }

    IStatement Prepare(string sql);
}

/// <summary>A statement that is run by the driver's command.</summary>
internal sealed class CommandStatement(Session session, DbCommand command) : IStatement
{
    public int Execute(params ReadOnlySpan<object?> values) => Bind(values).ExecuteNonQuery();

    public DbDataReader Query(params ReadOnlySpan<object?> values) => Bind(values).ExecuteReader();

    public void Dispose() => command.Dispose();

    private DbCommand Bind(ReadOnlySpan<object?> values)
    {
        if (values.Length != command.Parameters.Count)
        {
            throw new ArgumentException($"{command.Parameters.Count} arguments are wanted, {values.Length} were given, for: {command.CommandText}");
        }
        for (var i = 0; i < values.Length; i++)
        {
            session.Dialect.Bind(command.Parameters[i], values[i]);
        }
        command.Transaction = session.Transaction;
        return command;
    }
}
