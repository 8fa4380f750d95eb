using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Bookmine.Schema.Dockets;

namespace Bookmine.TillClient.Dockets;

/// <summary>Reaches a printer: <c>tcp://HOST:9100</c>, <c>cups:QUEUE</c>, a device, or a file.</summary>
internal static class DocketPrinter
{
    private const string Tcp = "tcp://";
    private const string Cups = "cups:";
    private const int RawPort = 9100;
    private const string Feed = "\n\n\n";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>A printer's character set by its name or number, such as utf-8, 858 or cp858.</summary>
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

    /// <summary>Whether a printer takes ESC/POS where nothing else is set: all that are no mere file.</summary>
    public static bool IsReceiptPrinter(string printer) =>
        printer.StartsWith(Tcp, StringComparison.Ordinal) || printer.StartsWith(Cups, StringComparison.Ordinal) || printer.StartsWith("/dev/", StringComparison.Ordinal);

    /// <summary>The bytes for a printer that takes text alone.</summary>
    public static byte[] AsText(Slip slip, string codePage)
    {
        var encoding = EncodingOf(codePage);
        return encoding.GetBytes(string.Join('\n', slip.ToText().Split('\n').Select(l => PrintableText.Fold(l, encoding, slip.Columns))) + Feed);
    }

    /// <exception cref="TillException">It names no printer.</exception>
    public static void Require(string printer)
    {
        if (printer.StartsWith(Tcp, StringComparison.Ordinal) && !(Uri.TryCreate(printer, UriKind.Absolute, out var address) && address.Host.Length > 0))
        {
            throw new TillException($"“{printer}” is no printer's address. Give it as tcp://192.168.1.50:9100.");
        }
        if (printer.StartsWith(Cups, StringComparison.Ordinal) && printer.Length == Cups.Length)
        {
            throw new TillException("cups: needs a queue's name, such as cups:receipt (lpstat -p lists them).");
        }
    }

    /// <exception cref="IOException">The printer takes nothing; the message says which and why.</exception>
    public static async Task SendAsync(string printer, byte[] bytes, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            await (printer.StartsWith(Tcp, StringComparison.Ordinal) ? ToSocketAsync(new Uri(printer), bytes, patience.Token)
                : printer.StartsWith(Cups, StringComparison.Ordinal) ? ToCupsAsync(printer[Cups.Length..], bytes, patience.Token)
                : ToFileAsync(printer, bytes, patience.Token)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException or OperationCanceledException or System.ComponentModel.Win32Exception)
        {
            throw new IOException($"the printer {printer} takes nothing ({(e is OperationCanceledException ? "it does not answer" : e.Message)})", e);
        }
    }

    private static async Task ToSocketAsync(Uri printer, byte[] bytes, CancellationToken cancel)
    {
        // Closing waits until the printer has taken all of it.
        using var socket = new TcpClient { LingerState = new LingerOption(true, (int)Patience.TotalSeconds) };
        await socket.ConnectAsync(printer.Host, printer.Port > 0 ? printer.Port : RawPort, cancel).ConfigureAwait(false);
        var stream = socket.GetStream();
        await stream.WriteAsync(bytes, cancel).ConfigureAwait(false);
        await stream.FlushAsync(cancel).ConfigureAwait(false);
    }

    private static async Task ToCupsAsync(string queue, byte[] bytes, CancellationToken cancel)
    {
        using var lp = Process.Start(new ProcessStartInfo("lp", ["-d", queue, "-o", "raw", "-s"]) { RedirectStandardInput = true, RedirectStandardError = true })
            ?? throw new IOException("lp cannot be started");
        await lp.StandardInput.BaseStream.WriteAsync(bytes, cancel).ConfigureAwait(false);
        lp.StandardInput.Close();
        var fault = await lp.StandardError.ReadToEndAsync(cancel).ConfigureAwait(false);
        await lp.WaitForExitAsync(cancel).ConfigureAwait(false);
        if (lp.ExitCode != 0)
        {
            throw new IOException(fault.Trim());
        }
    }

    /// <summary>On a thread of its own: a device that is off may hold a write for ever, and then that thread alone waits.</summary>
    private static Task ToFileAsync(string path, byte[] bytes, CancellationToken cancel) => Task.Run(
        () =>
        {
            using var file = new FileStream(path, path.StartsWith("/dev/", StringComparison.Ordinal) ? FileMode.Open : FileMode.Append, FileAccess.Write);
            file.Write(bytes);
        },
        CancellationToken.None).WaitAsync(cancel);
}
