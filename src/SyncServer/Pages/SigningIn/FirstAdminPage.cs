using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Observing;
using Bookmine.SyncServer.Endpoints;
using Microsoft.AspNetCore.Mvc;

namespace Bookmine.SyncServer.Pages.SigningIn;

/// <summary>The page behind the first admin's link: a form that needs nothing else of the server, nor of any other.</summary>
internal static class FirstAdminPage
{
    public static void MapFirstAdmin(this IEndpointRouteBuilder app)
    {
        var small = new BodyLimit(16 * 1024);
        app.MapGet(FirstAdmin.Path, (string? code, FirstAdmin first) => first.IsGood(code)
            ? PlainPage.Of(StatusCodes.Status200OK, "The shop's first admin", Form(code!, "", null)) : Gone());
        // The link's secret is what no other site can send; there is no session yet that one could borrow.
        app.MapPost(FirstAdmin.Path, MakeAsync).DisableAntiforgery().RequireRateLimiting(RequestLimits.Enrolling).WithMetadata(small);
    }

    private static async Task<IResult> MakeAsync(
        [FromForm] string? code, [FromForm] string? name, [FromForm] string? password, HttpContext context, FirstAdmin first, IServerDatabase database,
        TimeProvider clock, ILogger<FirstAdmin> log)
    {
        if (!first.IsGood(code))
        {
            return Gone();
        }
        try
        {
            var source = context.Connection.RemoteIpAddress?.ToString();
            var person = await Task.Run(() => first.Make(code, name ?? "", password ?? "", source));
            log.Did(new Actor(person.Name, "first admin", source), "person add", $"person {person.Name}");
            await PersonAuthentication.LetInAsync(context, person, database, clock);
            return Results.Redirect("/");
        }
        catch (ShopException e)
        {
            return PlainPage.Of(StatusCodes.Status400BadRequest, "The shop's first admin", Form(code!, name ?? "", e.Message));
        }
    }

    private static PlainPage Gone() => PlainPage.Of(
        StatusCodes.Status410Gone, "This link is good no more",
        "<p>It was used, or is older than a day, or the server was started again since. "
        + "While a shop has no admin, <code>bookmine-server serve</code> prints a new one at each start.</p>");

    private static string Form(string code, string name, string? wrong) => $"""
        {(wrong is null ? "<p>Who may see and change everything here.</p>" : $"<p class=wrong role=alert>{PlainPage.Encoded(wrong)}</p>")}
        <form method=post action="{FirstAdmin.Path}"><input type=hidden name=code value="{PlainPage.Encoded(code)}">
        <label for=name>Name</label><input id=name name=name required maxlength=100 autocomplete=username value="{PlainPage.Encoded(name)}">
        <label for=password>Password, at least ten characters</label>
        <input id=password name=password type=password required minlength=10 maxlength=200 autocomplete=new-password>
        <button>Make this person admin</button></form>
        """;
}
