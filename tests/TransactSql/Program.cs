using System.Text.Json;
using Microsoft.SqlServer.Dac.Model;

// Reads statements as a JSON array, each a table, index, trigger or procedure, makes a model of them all, and prints what is wrong with it and
// then, after a line of dashes, the columns of its tables.
var statements = JsonSerializer.Deserialize<string[]>(await Console.In.ReadToEndAsync())!;
using var model = new TSqlModel(SqlServerVersion.Sql160, new TSqlModelOptions());
foreach (var statement in statements)
{
    model.AddObjects(statement);
}
foreach (var fault in model.Validate())
{
    Console.WriteLine($"{fault.MessageType}: {fault.Message}".ReplaceLineEndings(" "));
}
Console.WriteLine("---");
foreach (var table in model.GetObjects(DacQueryScopes.UserDefined, Table.TypeClass))
{
    foreach (var column in table.GetReferenced(Table.Columns).Where(c => c.GetMetadata<ColumnType>(Column.ColumnType) == ColumnType.Column))
    {
        Console.WriteLine($"{table.Name.Parts[^1]}.{column.Name.Parts[^1]}");
    }
}
