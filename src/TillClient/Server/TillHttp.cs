using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Wire;
using Bookmine.TillClient.Files;

namespace Bookmine.TillClient.Server;

/// <summary>Sends requests to the branch server and tells a server that is away from one that refuses.</summary>
public sealed class TillHttp : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(60);
    private readonly HttpClient client;

    /// <param name="identity">Whose secret goes with each request; null before enrolment.</param>
    /// <param name="keys">By which the server is known.</param>
    public TillHttp(string server, TillIdentity? identity, PinnedKeys keys)
    {
        Server = Address(server);
        client = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            // Beside its server a till would only unpack what the same processors have just packed.
            AutomaticDecompression = Server.IsLoopback ? DecompressionMethods.None : DecompressionMethods.Brotli | DecompressionMethods.GZip,
            UseProxy = false,
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, errors) => keys.Accepts(certificate, errors) },
        })
        {
            BaseAddress = Server,
            Timeout = RequestTimeout,
        };
        if (identity is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
                "Till", string.Create(CultureInfo.InvariantCulture, $"{identity.Till}:{identity.Secret}"));
        }
    }

    public Uri Server { get; }

    public int Requests { get; private set; }

    public async Task<T> PostAsync<T>(string path, HttpContent content, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        using var response = await SendAsync(HttpMethod.Post, path, content, cancel).ConfigureAwait(false);
        return Parse(await BytesAsync(response, cancel).ConfigureAwait(false), type);
    }

    /// <returns>Null when the server says that there is no such thing.</returns>
    public async Task<T?> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel)
        where T : class
    {
        try
        {
            using var response = await SendAsync(HttpMethod.Get, path, null, cancel).ConfigureAwait(false);
            return Parse(await BytesAsync(response, cancel).ConfigureAwait(false), type);
        }
        catch (ServerRefusedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <param name="streamed">The caller reads the body itself, and bounds each read; otherwise the time limit covers the body too.</param>
    /// <exception cref="ServerAwayException">There is no answer, or the server fails.</exception>
    /// <exception cref="ServerRefusedException">The server refuses, and says why.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? content, CancellationToken cancel, RangeHeaderValue? range = null, bool streamed = false)
    {
        Requests++;
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Range = range;
        HttpResponseMessage response;
        try
        {
            response = await client.SendAsync(
                request, streamed ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead, cancel).ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError && e.InnerException is AuthenticationException)
        {
            throw new UnknownServerException(
                $"What answers at {Server} is not known to be the shop's server: it shows another key, or none. Nothing was told to it. If the server has a new key, "
                + "compare bookmine-server key show with the manager and type it in here: bookmine-till set --server-key KEY.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is TaskCanceledException && !cancel.IsCancellationRequested))
        {
            throw new ServerAwayException($"The server {Server} does not answer. The till goes on selling; start the server or mend the line, and resynchronise.", e);
        }
        if (response.IsSuccessStatusCode)
        {
            return response;
        }
        using (response)
        {
            throw await FaultAsync(response, cancel).ConfigureAwait(false);
        }
    }

    public async Task<byte[]> BytesAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        try
        {
            return await response.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new ServerAwayException($"The line to {Server} broke in the middle of an answer. Nothing is lost; try again.", e);
        }
    }

    public void Dispose() => client.Dispose();

    /// <summary>Plain HTTP only to this machine: a till's secret and the shop's sales do not go over a network in the clear.</summary>
    /// <exception cref="TillException">It is no address, or one that is not safe.</exception>
    public static Uri Address(string server)
    {
        if (!Uri.TryCreate(server.TrimEnd('/') + "/", UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new TillException($"“{server}” is no server's address. Give it as https://branch.example:5080.");
        }
        return address.Scheme == "https" || address.IsLoopback || Environment.GetEnvironmentVariable("BOOKMINE_ALLOW_HTTP") == address.Host
            ? address
            : throw new TillException(
                $"{server} is plain HTTP to another machine, which anyone on the way could read. Use https, or name the host in BOOKMINE_ALLOW_HTTP if the line itself is safe.");
    }

    private async Task<Exception> FaultAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var status = (int)response.StatusCode;
        var detail = Detail(await BytesAsync(response, cancel).ConfigureAwait(false));
        return status >= 500
            ? new ServerAwayException($"The server {Server} failed ({status}). {detail}") { RetryAfter = response.Headers.RetryAfter?.Delta }
            : new ServerRefusedException(detail ?? $"The server {Server} answered {status}. Is it a Bookmine server of this version?", status);
    }

    private static string? Detail(byte[] body)
    {
        try
        {
            using var problem = JsonDocument.Parse(body);
            return problem.RootElement.TryGetProperty("detail", out var detail) ? detail.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private T Parse<T>(byte[] body, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new ServerRefusedException($"{Server} answered something that is not Bookmine's. Is the address right, and the server of this version?", 200);
        }
    }
}
