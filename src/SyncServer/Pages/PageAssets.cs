using System.Collections.Concurrent;
using System.IO.Compression;
using Bookmine.Schema;

namespace Bookmine.SyncServer.Pages;

/// <summary>
/// What a browser loads, out of the program itself: packed once, and kept by the browser for as long as the program's version is the same.
/// </summary>
internal static class PageAssets
{
    private const string Prefix = "page/";
    private static readonly ConcurrentDictionary<string, (byte[] Plain, byte[] Packed)?> Known = [];

    /// <summary>The address of one, such as <c>/assets/1.5.0/office.css</c>.</summary>
    public static string Path(string name) => $"/assets/{ProgramVersion.Own}/{name}";

    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/assets/{version}/{name}", (string name, HttpContext context) =>
    {
        if (Known.GetOrAdd(name, Read) is not var (plain, packed))
        {
            return Results.NotFound();
        }
        var takesPacked = context.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal);
        var headers = context.Response.Headers;
        (headers.CacheControl, headers.Vary, headers.XContentTypeOptions) = ("public, max-age=31536000, immutable", "Accept-Encoding", "nosniff");
        if (takesPacked)
        {
            headers.ContentEncoding = "br";
        }
        return Results.Bytes(takesPacked ? packed : plain, TypeOf(name));
    });

    private static (byte[] Plain, byte[] Packed)? Read(string name)
    {
        using var stream = typeof(PageAssets).Assembly.GetManifestResourceStream(Prefix + name);
        if (stream is null)
        {
            return null;
        }
        var plain = new byte[stream.Length];
        stream.ReadExactly(plain);
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Optimal))
        {
            brotli.Write(plain);
        }
        return (plain, packed.ToArray());
    }

    private static string TypeOf(string name) => System.IO.Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        _ => "image/svg+xml",
    };
}
