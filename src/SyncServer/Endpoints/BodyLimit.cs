using Microsoft.AspNetCore.Http.Metadata;

namespace Bookmine.SyncServer.Endpoints;

/// <summary>The largest body of an endpoint's requests in bytes, on the line and unpacked; the last of an endpoint's holds.</summary>
internal sealed record BodyLimit(long Bytes) : IRequestSizeLimitMetadata
{
    public long? MaxRequestBodySize => Bytes;
}
