using Bookmine.Schema;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Bookmine.SyncServer.Api;

/// <summary>The API described for machines, at <c>/openapi/v1.json</c>.</summary>
internal static class ApiDescription
{
    public static void Add(IServiceCollection services) => services.AddOpenApi("v1", description =>
    {
        description.ShouldInclude = endpoint => endpoint.RelativePath?.StartsWith("api/v1", StringComparison.Ordinal) == true;
        description.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Bookmine", Version = "v1",
                Description = "Stock in and sales out. Money is integer cents, times are ISO 8601 UTC. The version only ever grows: fields are added, "
                    + "none is renamed or taken away.",
            };
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["key"] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A key that an admin makes for a program.",
                },
            };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("key", document)] = [] }];
            return Task.CompletedTask;
        });
    });
}
