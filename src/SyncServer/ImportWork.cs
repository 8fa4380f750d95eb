using Bookmine.SyncServer.BackOffice;

namespace Bookmine.SyncServer;

/// <summary>Imports the files that came over the network, one after another, and goes on with what a host that died has left.</summary>
internal sealed class ImportWork(ImportDesk desk, ILogger<ImportWork> log) : BackgroundService
{
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Run(desk.DoWhatWaits, stoppingToken);
            }
#pragma warning disable CA1031 // A database that is away is asked again; the import goes on where it was.
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.LogError(e, "An import stopped, and goes on shortly");
            }
#pragma warning restore CA1031
            await desk.WaitAsync(LooksEvery, stoppingToken);
        }
    }
}
