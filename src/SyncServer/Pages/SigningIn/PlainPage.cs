using System.Net;

namespace Bookmine.SyncServer.Pages.SigningIn;

/// <summary>A page without a line to the server and without any script: what is shown to whoever has not signed in.</summary>
internal sealed class PlainPage(int status, string page) : IResult
{
    private const string Style = """
        :root{color-scheme:light dark}
        body{font:17px/1.5 system-ui,sans-serif;max-width:24rem;margin:14vh auto;padding:0 1.25rem;
        color:light-dark(#1d2733,#e6ebf0);background:light-dark(#fff,#14191f)}
        h1{font-size:1.5rem;margin:0 0 .25rem;letter-spacing:-.01em}p{margin:.25rem 0 1rem}label{display:block;margin:1rem 0 .25rem}
        .mark{font-weight:600;color:light-dark(#5a6775,#98a5b3);margin-bottom:2.5rem}
        input{font:inherit;width:100%;box-sizing:border-box;padding:.6rem;
        border:1px solid light-dark(#8794a3,#6b7885);border-radius:6px;color:inherit;background:inherit}
        input:focus-visible,button:focus-visible,a:focus-visible{outline:2px solid light-dark(#1f5f8b,#7db8de);outline-offset:2px}
        button{font:inherit;font-weight:600;margin-top:1.5rem;padding:.65rem 1.25rem;border:0;border-radius:6px;
        background:light-dark(#1f5f8b,#7db8de);color:light-dark(#fff,#0c1116)}
        a{color:light-dark(#1f5f8b,#7db8de)}.wrong{color:light-dark(#a3261c,#ff9d94)}
        """;

    public static PlainPage Of(int status, string title, string body) => new(status, $"""
        <!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width,initial-scale=1">
        <meta name=robots content=noindex>
        <title>{title} · Bookmine</title><style>{Style}</style><main><div class=mark>Bookmine</div><h1>{title}</h1>{body}</main></html>
        """);

    public static string Encoded(string text) => WebUtility.HtmlEncode(text);

    /// <summary>
    /// What browsers are told of any page: to take nothing from elsewhere, to be shown in no other page, and to keep no copy.
    /// </summary>
    public static void Guard(HttpContext context, string policy)
    {
        var headers = context.Response.Headers;
        context.Response.OnStarting(() =>
        {
            headers.ContentSecurityPolicy = policy;
            (headers.CacheControl, headers["Referrer-Policy"], headers.XContentTypeOptions) = ("no-store", "no-referrer", "nosniff");
            return Task.CompletedTask;
        });
    }

    public Task ExecuteAsync(HttpContext context)
    {
        Guard(context, "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
        (context.Response.StatusCode, context.Response.ContentType) = (status, "text/html; charset=utf-8");
        return context.Response.WriteAsync(page, context.RequestAborted);
    }
}
