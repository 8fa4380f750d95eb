using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Bookmine.Schema;
using Bookmine.Sync.Files;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Replica;
using Bookmine.Sync.Wire;

namespace Bookmine.TillClient.Server;

/// <summary>The engine's messages over HTTP, for an enrolled till.</summary>
/// <param name="takesPacked">
/// Whether snapshots are fetched packed; null for wherever the server is another machine: no line is as quick as this one's memory.
/// </param>
public sealed class HttpServerChannel(TillHttp http, PinnedKeys keys, IFileStore files, bool? takesPacked = null) : IServerChannel
{
    private const string BlocksHeader = "Bookmine-Blocks";
    private const int CompressFromBytes = 8 * 1024;
    private const int FetchBufferBytes = 128 * 1024;
    private const int MostTries = 20;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    public int Requests => http.Requests;

    public async Task<HelloReply> HelloAsync(HelloRequest request, CancellationToken cancel)
    {
        var told = request with { Program = ProgramVersion.Own, TakesPacked = takesPacked ?? !http.Server.IsLoopback };
        var content = JsonContent.Create(told, WireJson.Default.HelloRequest);
        var reply = await http.PostAsync("sync/hello", content, WireJson.Default.HelloReply, cancel).ConfigureAwait(false);
        keys.Learn(reply.ServerKeys);
        return reply;
    }

    public Task<NewsReply> NewsAsync(NewsRequest request, CancellationToken cancel) =>
        http.PostAsync("sync/news", JsonContent.Create(request, WireJson.Default.NewsRequest), WireJson.Default.NewsReply, cancel);

    public Task<PushReply> PushAsync(Guid session, IReadOnlyList<JournalEntry> entries, string proofs, CancellationToken cancel)
    {
        var content = Compressed(PushEnvelope.Write(session, entries));
        content.Headers.Add(BlocksHeader, proofs);
        return http.PostAsync("sync/push", content, WireJson.Default.PushReply, cancel);
    }

    public async Task<IReadOnlyList<PushedEntry>> RefillAsync(long after, CancellationToken cancel)
    {
        using var response = await http.SendAsync(HttpMethod.Get, FormattableString.Invariant($"sync/refill?after={after}"), null, cancel).ConfigureAwait(false);
        return PushEnvelope.Read(await http.BytesAsync(response, cancel).ConfigureAwait(false)).Entries;
    }

    public Task<ForkReply> HandOverForkAsync(Guid session, IReadOnlyList<JournalEntry> entries, CancellationToken cancel) =>
        http.PostAsync("sync/fork", Compressed(PushEnvelope.Write(session, entries)), WireJson.Default.ForkReply, cancel);

    public Task<PullChunk> PullAsync(PullRequest request, CancellationToken cancel) => PatientlyAsync(() => PullOnceAsync(request, cancel), cancel);

    /// <summary>A server with many downloads at a time says when to come again.</summary>
    private static async Task<T> PatientlyAsync<T>(Func<Task<T>> ask, CancellationToken cancel)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await ask().ConfigureAwait(false);
            }
            catch (ServerAwayException e) when (tries < MostTries && e.RetryAfter is { } wait && wait <= LongestWait)
            {
                await Task.Delay(wait, cancel).ConfigureAwait(false);
            }
        }
    }

    private async Task<PullChunk> PullOnceAsync(PullRequest request, CancellationToken cancel)
    {
        using var response = await http.SendAsync(HttpMethod.Post, "sync/pull", JsonContent.Create(request, WireJson.Default.PullRequest), cancel).ConfigureAwait(false);
        return PullChunk.Read(await http.BytesAsync(response, cancel).ConfigureAwait(false));
    }

    public async Task FetchSnapshotAsync(SnapshotOffer offer, string path, IProgress<SyncProgress>? progress, CancellationToken cancel)
    {
        // What an earlier fetch has left of the file itself is gone on with as it is.
        if (offer.Packed is { } packed && files.Length(path) == 0)
        {
            var part = path + ".packed";
            await FetchWholeAsync(packed.Name, packed.Bytes, part, progress, cancel).ConfigureAwait(false);
            if (SnapshotFile.IsWhole(files, part, packed.Name) && SnapshotFile.TryUnpack(files, part, path, offer))
            {
                return;
            }
            // It was damaged on the way or on the server's disk; the file itself may not be.
            files.Delete(part);
        }
        await FetchWholeAsync(offer.Name, offer.Bytes, path, progress, cancel).ConfigureAwait(false);
        SnapshotFile.Accept(files, path, offer.Name);
    }

    private async Task FetchWholeAsync(string name, long bytes, string path, IProgress<SyncProgress>? progress, CancellationToken cancel)
    {
        if (files.Length(path) > bytes)
        {
            files.Delete(path);
        }
        if (files.Length(path) < bytes)
        {
            await FetchFromAsync(name, bytes, path, files.Length(path), progress, cancel).ConfigureAwait(false);
        }
    }

    private async Task FetchFromAsync(string name, long bytes, string path, long at, IProgress<SyncProgress>? progress, CancellationToken cancel)
    {
        var range = at > 0 ? new RangeHeaderValue(at, null) : null;
        using var response = await PatientlyAsync(
            () => http.SendAsync(HttpMethod.Get, $"sync/snapshot/{name}", null, cancel, range), cancel).ConfigureAwait(false);
        if (range is not null && response.StatusCode != HttpStatusCode.PartialContent)
        {
            files.Delete(path);
            at = 0;
        }
        // On a slow line each piece is kept as it comes, so that a try that breaks off has brought the next one further.
        var buffer = new byte[FetchBufferBytes];
        await http.ReadAsync(
            response,
            () => buffer,
            some =>
            {
                files.WriteAt(path, at, buffer.AsSpan(0, some));
                at += some;
                progress?.Report(new SyncProgress(SyncStage.FetchingSnapshot, at, bytes));
            },
            cancel).ConfigureAwait(false);
    }

    private static ByteArrayContent Compressed(byte[] body)
    {
        if (body.Length < CompressFromBytes)
        {
            return new ByteArrayContent(body);
        }
        using var stream = new MemoryStream();
        using (var brotli = new BrotliStream(stream, CompressionLevel.Fastest, leaveOpen: true))
        {
            brotli.Write(body);
        }
        var content = new ByteArrayContent(stream.ToArray());
        content.Headers.ContentEncoding.Add("br");
        return content;
    }
}
