namespace Bookmine.SyncServer.Commands;

/// <summary>Says how far an import is: one line that moves on a terminal, a line every so often when piped.</summary>
internal static class ImportProgress
{
    private const long EveryRows = 20_000;

    public static void Report(long rows)
    {
        if (!Console.IsErrorRedirected)
        {
            Console.Error.Write($"\r{rows:N0} rows ");
        }
        else if (rows % EveryRows == 0)
        {
            Console.Error.WriteLine($"{rows} rows");
        }
    }

    public static void End()
    {
        if (!Console.IsErrorRedirected)
        {
            Console.Error.WriteLine();
        }
    }
}
