using System.Text;

namespace Bookmine.TillClient.Dockets;

/// <summary>Puts a docket on a printer: a device or a file that takes text.</summary>
internal static class DocketPrinter
{
    private const string Feed = "\n\n\n";

    /// <summary>A printer's character set by its name or number, such as utf-8, 858 or cp858; what it cannot print becomes a question mark.</summary>
    /// <exception cref="TillException">There is no such character set.</exception>
    public static Encoding EncodingOf(string codePage)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var name = codePage.StartsWith("cp", StringComparison.OrdinalIgnoreCase) ? codePage[2..] : codePage;
        try
        {
            return int.TryParse(name, System.Globalization.CultureInfo.InvariantCulture, out var number)
                ? Encoding.GetEncoding(number, EncoderFallback.ReplacementFallback, DecoderFallback.ReplacementFallback)
                : name.Equals("utf-8", StringComparison.OrdinalIgnoreCase) ? new UTF8Encoding(false) : Encoding.GetEncoding(name);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new TillException($"There is no character set “{codePage}”. Give utf-8, or a number such as 858 or 437.");
        }
    }

    /// <returns>What went wrong and the remedy; null when nothing did. A printer that is off never undoes a sale.</returns>
    public static async Task<string?> PrintAsync(string printer, Encoding encoding, string docket, string? number, CancellationToken cancel)
    {
        try
        {
            await File.AppendAllTextAsync(printer, docket + Feed, encoding, cancel).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The printer {printer} does not take the docket ({e.Message}). {(number is null ? "Mend it and print again." : $"The sale stands; show it again with /docket {number}.")}";
        }
    }
}
