namespace Bookmine.SyncServer.Commands;

/// <summary>Says how far long work is: one line that moves on a terminal, a line every so often when piped.</summary>
internal static class ImportProgress
{
    private const long EveryRows = 20_000;

    public static void Report(long rows) => Report(rows, "");

    /// <param name="what">Of what they are; empty when there is only one thing.</param>
    public static void Report(long rows, string what)
    {
        if (!Console.IsErrorRedirected)
        {
            Console.Error.Write($"\r{what,-40} {rows:N0} rows ".TrimStart(' '));
        }
        else if (rows > 0 && rows % EveryRows == 0)
        {
            Console.Error.WriteLine($"{rows} rows {what}".TrimEnd());
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
