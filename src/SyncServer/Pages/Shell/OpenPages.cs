using Microsoft.AspNetCore.Components.Server.Circuits;

namespace Bookmine.SyncServer.Pages.Shell;

/// <summary>How many pages are open: each keeps some three megabytes of the server's memory.</summary>
internal sealed class OpenPages
{
    public const int Most = 100;
    private int open;

    public bool IsFull => Volatile.Read(ref open) >= Most;

    /// <summary>Counts one page's line.</summary>
    public sealed class Counter(OpenPages pages) : CircuitHandler
    {
        public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref pages.open);
            return Task.CompletedTask;
        }

        public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
        {
            Interlocked.Decrement(ref pages.open);
            return Task.CompletedTask;
        }
    }
}
