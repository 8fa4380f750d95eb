using Bookmine.Schema.Dockets;
using Bookmine.Sync.Files;
using Bookmine.TillClient.Files;

namespace Bookmine.TillClient.Dockets;

/// <summary>Prints slips as this machine's printer takes them.</summary>
internal sealed class SlipPrinter : IAsyncDisposable
{
    private readonly Func<TillSettings> settings;
    private readonly PrintQueue queue;

    public SlipPrinter(IFileStore files, string folder, Func<TillSettings> settings, Action changed)
    {
        this.settings = settings;
        queue = new PrintQueue(files, folder, SendAsync, changed);
    }

    /// <summary>How many slips wait for the printer.</summary>
    public int Waiting => queue.Waiting;

    /// <summary>Why the printer took nothing a moment ago; null when it did, or nothing was asked of it.</summary>
    public string? Fault => queue.Fault;

    /// <summary>Prints it in its turn; nothing where no printer is set. What has to wait for the printer opens no drawer then, when nobody expects it.</summary>
    public void Print(Slip slip)
    {
        if (settings() is { Printer: not null } now)
        {
            queue.Add(slip.Name, Encode(slip, now), slip.Lines.Count == 0 ? null : Encode(slip with { OpensDrawer = false }, now));
        }
    }

    public void TryAgain() => queue.TryAgain();

    public void Forget() => queue.Forget();

    public ValueTask DisposeAsync() => queue.DisposeAsync();

    /// <summary>The slip's bytes for a printer.</summary>
    public static byte[] Encode(Slip slip, TillSettings settings) =>
        settings.PrintAs switch { "escpos" => true, "text" => false, _ => DocketPrinter.IsReceiptPrinter(settings.Printer ?? "") }
            ? EscPos.Encode(slip, settings.CodePage) : DocketPrinter.AsText(slip, settings.CodePage);

    private Task SendAsync(byte[] bytes, CancellationToken cancel) =>
        settings().Printer is { } printer ? DocketPrinter.SendAsync(printer, bytes, cancel) : Task.CompletedTask;
}
