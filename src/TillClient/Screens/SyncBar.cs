using System.Globalization;
using Bookmine.Sync.Orchestrators;
using Bookmine.TillClient.Commands;

namespace Bookmine.TillClient.Screens;

/// <summary>The progress of a synchronisation, as a bar for the screen's middle.</summary>
/// <param name="redraw">Asks for a new picture.</param>
/// <param name="quietMilliseconds">How long nothing is shown: what is over sooner was no matter for anybody.</param>
internal sealed class SyncBar(Action redraw, int quietMilliseconds) : IProgress<SyncProgress>
{
    private const int Width = 40;
    private const int EveryMilliseconds = 40;
    private readonly long begun = Environment.TickCount64;
    private IReadOnlyList<string>? lines;
    private long drawn;

    /// <summary>What to show; null before the first progress, and while it is quiet.</summary>
    public IReadOnlyList<string>? Lines => Environment.TickCount64 - begun < quietMilliseconds ? null : lines;

    public void Report(SyncProgress value)
    {
        var now = Environment.TickCount64;
        if (drawn != 0 && now - drawn < EveryMilliseconds && value.Done < value.Of)
        {
            return;
        }
        drawn = now;
        var full = value.Of == 0 ? 0 : (int)(value.Done * Width / value.Of);
        lines =
        [
            "", $"  {SyncProgressBar.Name(value.Stage)}",
            $"  [{new string('#', full)}{new string('.', Width - full)}] {Text(value)}",
            "", "  Scan to sell meanwhile: this goes on beside it. Esc: sell now, post later.",
        ];
        if (Lines is not null)
        {
            redraw();
        }
    }

    private static string Text(SyncProgress value) =>
        value.Of > 0 ? string.Create(CultureInfo.InvariantCulture, $"{value.Done:N0} of {value.Of:N0}, {value.Of - value.Done:N0} left")
        : value.Done > 0 ? string.Create(CultureInfo.InvariantCulture, $"{value.Done:N0} so far") : "";
}
