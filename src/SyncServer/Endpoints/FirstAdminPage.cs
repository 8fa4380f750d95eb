using System.Net;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Observing;
using Microsoft.AspNetCore.Mvc;

namespace Bookmine.SyncServer.Endpoints;

/// <summary>The page behind the first admin's link: a form that needs nothing else of the server, nor of any other.</summary>
internal static class FirstAdminPage
{
    private const string Style = """
        body{font:17px/1.5 system-ui,sans-serif;max-width:26rem;margin:12vh auto;padding:0 1.25rem;color:#1d2733;background:#fff}
        h1{font-size:1.5rem;margin:0 0 .25rem}label{display:block;margin:1rem 0 .25rem}
        input{font:inherit;width:100%;box-sizing:border-box;padding:.6rem;border:1px solid #8794a3;border-radius:6px;color:inherit;background:inherit}
        button{font:inherit;margin-top:1.5rem;padding:.65rem 1.25rem;border:0;border-radius:6px;background:#1f5f8b;color:#fff}
        .wrong{color:#a3261c}
        @media(prefers-color-scheme:dark){
        body{background:#14191f;color:#e6ebf0}button{background:#7db8de;color:#0c1116}.wrong{color:#ff9d94}}
        """;

    public static void MapFirstAdmin(this WebApplication app)
    {
        var small = new BodyLimit(16 * 1024);
        app.MapGet(FirstAdmin.Path, (string? code, FirstAdmin first) => first.IsGood(code)
            ? Page(StatusCodes.Status200OK, "The shop's first admin", Form(code!, "", null)) : Gone());
        // The link's secret is what no other site can send; there is no session yet that one could borrow.
        app.MapPost(FirstAdmin.Path, MakeAsync).DisableAntiforgery().RequireRateLimiting(RequestLimits.Enrolling).WithMetadata(small);
    }

    private static async Task<Html> MakeAsync(
        [FromForm] string? code, [FromForm] string? name, [FromForm] string? password, HttpContext context, FirstAdmin first, ILogger<FirstAdmin> log)
    {
        if (!first.IsGood(code))
        {
            return Gone();
        }
        try
        {
            var source = context.Connection.RemoteIpAddress?.ToString();
            await Task.Run(() => first.Make(code, name ?? "", password ?? "", source));
            log.Did(new Authority.Actor(name!.Trim(), "first admin", source), "person add", $"person {name.Trim()}");
            return Page(
                StatusCodes.Status200OK, "Done",
                $"<p>{Encoded(name.Trim())} is the shop's admin. This link is used up. Others are made with <code>bookmine-server person add</code>.</p>");
        }
        catch (ShopException e)
        {
            return Page(StatusCodes.Status400BadRequest, "The shop's first admin", Form(code!, name ?? "", e.Message));
        }
    }

    private static Html Gone() => Page(
        StatusCodes.Status410Gone, "This link is good no more",
        "<p>It was used, or is older than a day, or the server was started again since. "
        + "While a shop has no admin, <code>bookmine-server serve</code> prints a new one at each start.</p>");

    private static string Form(string code, string name, string? wrong) => $"""
        {(wrong is null ? "<p>Who may see and change everything here.</p>" : $"<p class=wrong role=alert>{Encoded(wrong)}</p>")}
        <form method=post action="{FirstAdmin.Path}"><input type=hidden name=code value="{Encoded(code)}">
        <label for=name>Name</label><input id=name name=name required maxlength=100 autocomplete=username value="{Encoded(name)}">
        <label for=password>Password, at least ten characters</label>
        <input id=password name=password type=password required minlength=10 maxlength=200 autocomplete=new-password>
        <button>Make this person admin</button></form>
        """;

    private static Html Page(int status, string title, string body) => new(status, $"""
        <!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width,initial-scale=1">
        <meta name=robots content=noindex>
        <title>{title} · Bookmine</title><style>{Style}</style><main><h1>{title}</h1>{body}</main></html>
        """);

    private static string Encoded(string text) => WebUtility.HtmlEncode(text);

    private sealed class Html(int status, string page) : IResult
    {
        public Task ExecuteAsync(HttpContext context)
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
            (headers.CacheControl, headers["Referrer-Policy"], headers.XContentTypeOptions) = ("no-store", "no-referrer", "nosniff");
            (context.Response.StatusCode, context.Response.ContentType) = (status, "text/html; charset=utf-8");
            return context.Response.WriteAsync(page, context.RequestAborted);
        }
    }
}
