using System.Diagnostics;
using Bookmine.Demo;

var folder = Directory.CreateTempSubdirectory("bookmine-demo-").FullName;
var watch = Stopwatch.StartNew();
if (args.Length == 0) Console.WriteLine($"A sample shop, a disconnected weekend, and the resynchronisation. Everything is below {folder}.");
using var programs = new Programs(folder);
var story = new Story(programs, folder);
try
{
    if (args is ["screens", .. var to])
    {
        await new Screens(programs, folder, to.Length > 0 ? to[0] : Path.Combine("docs", "screens")).TakeAsync();
        return 0;
    }
    await story.TellAsync();
}
catch (StoryException e)
{
    Console.Error.WriteLine($"\nTHE STORY BROKE OFF. {e.Message}\nThe files are left as they are below {folder}.");
    return 1;
}
Console.WriteLine($"""

    {story.Claims} claims checked in {watch.Elapsed.TotalSeconds:0} s. The same shop by hand:

      dotnet {Programs.ServerProgram} serve --data {programs.ServerData} --urls {programs.Url}
          (it prints a link, good once, that makes you its admin and opens the pages)
      dotnet {Programs.TillProgram} --data {programs.TillData("front")}

    """);
return 0;
