namespace Bookmine.Sync.Data;

/// <summary>A statement that is prepared, as a listener is told of it.</summary>
public sealed record SeenStatement(string DataSource, string Sql);
