namespace Bookmine.TillClient.Dockets;

/// <summary>Puts a docket on a printer: a device or a file that takes text.</summary>
internal static class DocketPrinter
{
    private const string Feed = "\n\n\n";

    /// <returns>What went wrong and the remedy; null when nothing did. A printer that is off never undoes a sale.</returns>
    public static async Task<string?> PrintAsync(string printer, string docket, string number, CancellationToken cancel)
    {
        try
        {
            await File.AppendAllTextAsync(printer, docket + Feed, cancel).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The printer {printer} does not take the docket ({e.Message}). The sale stands; show it again with /docket {number}.";
        }
    }
}
