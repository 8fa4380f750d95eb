using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Bookmine.Tests.Support;

/// <summary>Debian's haproxy before several hosts: a browser stays with the one whose cookie it has, while that one lives.</summary>
internal sealed class Haproxy : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("bookmine-haproxy-").FullName;
    private readonly Process process;

    public static string? Program => Array.Find(["/usr/sbin/haproxy", "/usr/local/sbin/haproxy"], File.Exists);

    public Haproxy(params (string Name, string Url)[] hosts)
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Url = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}";
        }
        var servers = string.Concat(hosts.Select(h => $"    server {h.Name} {new Uri(h.Url).Authority} check inter 200ms fall 2 rise 1 cookie {h.Name}\n"));
        var file = Path.Combine(folder, "haproxy.cfg");
        File.WriteAllText(file, $"""
            defaults
                mode http
                timeout connect 2s
                timeout client 60s
                timeout server 60s
                timeout tunnel 60s
                option redispatch
                retries 2
            frontend pages
                bind {new Uri(Url).Authority}
                default_backend hosts
            backend hosts
                balance roundrobin
                cookie HOST insert indirect nocache httponly
                option httpchk GET /health/ready
            {servers}
            """);
        process = Process.Start(new ProcessStartInfo(Program!, ["-f", file, "-db"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
    }

    public string Url { get; }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
