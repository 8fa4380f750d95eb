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
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);

    /// <summary>A line of 64 kbit/s that loses half of its packets carries more; on a slower one a large request is given up and tried again.</summary>
    private const int SlowestBytesASecond = 300;
    private const int BufferBytes = 64 * 1024;
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
            Timeout = Timeout.InfiniteTimeSpan,
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

    /// <summary>
    /// Returns when the answer begins. How long that may take depends on how much is sent; how long the answer's body takes, on nothing but that
    /// something comes.
    /// </summary>
    /// <exception cref="ServerAwayException">There is no answer, or the server fails.</exception>
    /// <exception cref="ServerRefusedException">The server refuses, and says why.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? content, CancellationToken cancel, RangeHeaderValue? range = null)
    {
        Requests++;
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Range = range;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(RequestTimeout + TimeSpan.FromSeconds((content?.Headers.ContentLength ?? 0) / SlowestBytesASecond));
        HttpResponseMessage response;
        try
        {
            response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token).ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError && e.InnerException is AuthenticationException)
        {
            throw new UnknownServerException(
                $"What answers at {Server} is not known to be the shop's server: it shows another key, or none. Nothing was told to it. If the server has a new key, "
                + "compare bookmine-server key show with the manager and type it in here: bookmine-till set --server-key KEY.", e);
        }
        catch (Exception e) when (IsLines(e, cancel))
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
        // What is packed on its way has no length that would be known before.
        if (response.Content.Headers.ContentLength is { } length and <= Protocol.MostExpandedBytes)
        {
            var whole = new byte[length];
            var read = 0;
            await ReadAsync(response, () => whole.AsMemory(read), some => read += some, cancel).ConfigureAwait(false);
            return read == length ? whole : throw Broken(null);
        }
        var buffer = new byte[BufferBytes];
        using var body = new MemoryStream();
        await ReadAsync(response, () => buffer, some => body.Write(buffer, 0, some), cancel).ConfigureAwait(false);
        return body.ToArray();
    }

    /// <summary>Reads an answer's body to its end, in the pieces in which it comes.</summary>
    /// <param name="room">Where the next piece goes; empty for no more.</param>
    /// <param name="take">Is told how many bytes have come there.</param>
    /// <exception cref="ServerAwayException">The line broke, or nothing has come for too long; what was taken is sound.</exception>
    public async Task ReadAsync(HttpResponseMessage response, Func<Memory<byte>> room, Action<int> take, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(IdleTimeout);
        using var body = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        // What the disk fails with is the disk's, and told as that.
        for (int read; (read = await SomeAsync(body, room(), patience.Token, cancel).ConfigureAwait(false)) > 0;)
        {
            patience.CancelAfter(IdleTimeout);
            take(read);
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

    private async Task<int> SomeAsync(Stream body, Memory<byte> room, CancellationToken patience, CancellationToken cancel)
    {
        try
        {
            return room.IsEmpty ? 0 : await body.ReadAsync(room, patience).ConfigureAwait(false);
        }
        catch (Exception e) when (IsLines(e, cancel))
        {
            throw Broken(e);
        }
    }

    private ServerAwayException Broken(Exception? e) => new($"The line to {Server} broke in the middle of an answer. Nothing is lost; the next try goes on.", e);

    /// <summary>Whether it is the line's fault, or time that was up, and nobody's wish.</summary>
    private static bool IsLines(Exception e, CancellationToken cancel) =>
        e is HttpRequestException or IOException || (e is OperationCanceledException && !cancel.IsCancellationRequested);

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
