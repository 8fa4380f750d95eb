using Bookmine.SyncServer.BackOffice;

namespace Bookmine.SyncServer.Pages.SigningIn;

/// <summary>The page at which persons sign in.</summary>
internal static class SignIn
{
    public const string Path = "/sign-in";

    public static void MapSignIn(this IEndpointRouteBuilder app) => app.MapGet(Path, (string? next, IServiceProvider services) =>
        Form(StatusCodes.Status200OK, "", next, null, services.GetRequiredService<FirstAdmin>()));

    /// <param name="wrong">What went wrong the last time; null for nothing.</param>
    public static PlainPage Form(int status, string name, string? next, string? wrong, FirstAdmin first) => PlainPage.Of(status, "Sign in", $"""
        {(wrong is null ? "" : $"<p class=wrong role=alert>{PlainPage.Encoded(wrong)}</p>")}
        {(first.IsWanted ? "<p>This shop has no admin yet. The first one is made by the link that <code>bookmine-server serve</code> prints.</p>" : "")}
        <form method=post action="{Path}"><input type=hidden name=next value="{PlainPage.Encoded(Local(next))}">
        <label for=name>Name</label><input id=name name=name required maxlength=100 autocomplete=username autofocus value="{PlainPage.Encoded(name)}">
        <label for=password>Password</label><input id=password name=password type=password required maxlength=200 autocomplete=current-password>
        <button>Sign in</button></form>
        """);

    /// <summary>A path of this server's; where it is none, the first page.</summary>
    public static string Local(string? next) =>
        next is ['/', ..] && !next.StartsWith("//", StringComparison.Ordinal) && !next.StartsWith("/\\", StringComparison.Ordinal)
            && !next.Any(char.IsControl) ? next : "/";
}
