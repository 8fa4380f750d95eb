using System.Collections.Concurrent;
using Bookmine.TillClient.Screens;
using Terminal.Gui.App;

namespace Bookmine.Tests.TillClient;

public sealed class KeyQueueTests
{
    [Fact]
    public async Task Keys_are_in_the_queue_in_their_order_before_the_screen_is_woken()
    {
        var (coming, into, seen) = (new ConcurrentQueue<string>(["978", "0000", "\r"]), new ConcurrentQueue<char>(), new ConcurrentQueue<int>());
        using var cancel = new CancellationTokenSource();
        var filling = Task.Run(() => new KeyQueue<char>(() => seen.Enqueue(into.Count)) { Into = into }.Fill(
            () => !coming.IsEmpty, () => coming.TryDequeue(out var keys) ? keys : "", cancel.Token));
        for (var tries = 0; tries < 500 && into.Count < 8; tries++)
        {
            await Task.Delay(10);
        }
        await cancel.CancelAsync();
        await filling.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("9780000\r", string.Concat(into));
        Assert.Equal([3, 7, 8], seen);
    }

    [Theory]
    [InlineData("ansi")]
    [InlineData("dotnet")]
    public void This_version_of_the_terminals_library_can_be_had_to_wait_for_keys(string driver)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "On Windows the library looks for keys.");
        using var app = Application.Create();
        Assert.True(KeyReading.WaitIn(app, driver, () => { }));
    }
}
