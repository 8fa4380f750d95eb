using System.Security.Cryptography;
using Scalar.AspNetCore;

namespace Bookmine.SyncServer.Api;

/// <summary>The API described for people, at <c>/api/reference</c>: drawn from the description for machines, out of the program itself.</summary>
internal static class ApiReference
{
    private const string Description = "/openapi/{documentName}.json";

    public static void MapApiReference(this WebApplication app)
    {
        app.MapOpenApi(Description);
        app.MapScalarApiReference("/api/reference", (reference, context) =>
        {
            var nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
            context.Response.Headers.ContentSecurityPolicy =
                $"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
                + "connect-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'";
            (context.Response.Headers["Referrer-Policy"], context.Response.Headers.XContentTypeOptions) = ("no-referrer", "nosniff");
            (reference.Nonce, reference.Title, reference.OpenApiRoutePattern) = (nonce, "Bookmine API", Description);
            (reference.DefaultFonts, reference.Telemetry, reference.HideClientButton) = (false, false, true);
            reference.Agent = new ScalarAgentOptions { Disabled = true };
            reference.Mcp = new ScalarMcpOptions { Disabled = true };
        });
    }
}
