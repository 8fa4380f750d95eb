using System.Net;
using System.Net.Sockets;

namespace Bookmine.Tests.Support;

/// <summary>
/// One address before several hosts, as a shop of many hosts has it. Each connection goes to any host that lives, and after a while it is cut, so
/// that a till moves to another host in the middle of whatever it is doing.
/// </summary>
internal sealed class Balancer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ending = new();
    private readonly Random random = new(11);
    private readonly Lock gate = new();
    private volatile Uri[] hosts = [];

    public Balancer()
    {
        listener.Start();
        _ = AcceptAsync();
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    /// <summary>How long a connection lasts at most; null for as long as its ends wish.</summary>
    public TimeSpan? MostTime { get; set; }

    public int Connections { get; private set; }

    public void To(IEnumerable<string> urls) => hosts = [.. urls.Select(u => new Uri(u))];

    public void Dispose()
    {
        ending.Cancel();
        listener.Stop();
        ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(ending.Token);
                Connections++;
                _ = CarryAsync(client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var host = new TcpClient();
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
        try
        {
            var target = hosts[Chance(hosts.Length)];
            await host.ConnectAsync(target.Host, target.Port, cut.Token);
            if (MostTime is { } most)
            {
                cut.CancelAfter(most * (1 + Chance(100)) / 100);
            }
            await Task.WhenAny(client.GetStream().CopyToAsync(host.GetStream(), cut.Token), host.GetStream().CopyToAsync(client.GetStream(), cut.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
        }
        finally
        {
            client.Dispose();
        }
    }

    private int Chance(int below)
    {
        lock (gate)
        {
            return random.Next(below);
        }
    }
}
