using Bookmine.SyncServer.BackOffice;

namespace Bookmine.SyncServer;

/// <summary>Sends emails as they come, and those that wait when their time has come.</summary>
internal sealed class MailWork(MailOutbox outbox, CommitNews news, TimeProvider clock, ILogger<MailWork> log) : BackgroundService
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var come = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var listening = news.Subscribe(() => come.TrySetResult());
            var wait = Longest;
            try
            {
                wait = await outbox.SendAsync(stoppingToken) is { } next ? next - clock.GetUtcNow() : Longest;
            }
#pragma warning disable CA1031 // A database that is away is asked again; an email leaves a little later.
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.LogError(e, "Emails could not be sent");
            }
#pragma warning restore CA1031
            var until = wait < Shortest ? Shortest : wait > Longest ? Longest : wait;
            await Task.WhenAny(come.Task, Task.Delay(until, clock, stoppingToken));
        }
    }
}
