using System.CommandLine;
using Bookmine.Schema;
using Bookmine.TillClient.Commands;

var root = new RootCommand("The Bookmine till: sells with the branch server and without it.")
{
    CommandContext.Data,
    CommandContext.Disconnected,
    CommandContext.Json,
};
foreach (var command in (IEnumerable<Command>)[.. ResyncCommands.Make(), .. SellCommands.Make(), .. LookCommands.Make(), SetCommand.Make()])
{
    root.Add(command);
}
ScreenCommand.MakeDefault(root);

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
    {
        await Console.Error.WriteLineAsync(CommandLineWords.Plain(error.Message));
    }
    await Console.Error.WriteLineAsync("bookmine-till --help lists the verbs; VERB --help its options.");
    return 2;
}
return await parsed.InvokeAsync();
