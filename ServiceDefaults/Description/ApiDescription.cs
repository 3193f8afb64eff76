using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.OpenApi;

namespace Sure.ServiceDefaults.Description;

/// <summary>
/// Every service describes its part of the public API as OpenAPI 3.1, made from what it maps: handlers, their types and the comments on
/// them. The gateway merges the parts.
/// </summary>
public static class ApiDescription
{
    /// <summary>Name of the document.</summary>
    public const string Document = "v2";

    /// <summary>Where a service serves its part; not reachable from outside.</summary>
    public const string Path = "/internal/openapi/v2.json";

    private const string PublicPrefix = "api/";

    internal static void AddApiDescription(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<CodeComments>();
        builder.Services.AddOpenApi(Document, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.ShouldInclude = IsPublic;
            options.CreateSchemaReferenceId = new SchemaNames().Of;
            options.AddSchemaTransformer<WireSchemas>();
            options.AddOperationTransformer<OperationDetails>();
            options.AddDocumentTransformer<DocumentParts>();
        });
    }

    internal static void MapApiDescription(this WebApplication app) => app.MapOpenApi(Path.Replace(Document, "{documentName}", StringComparison.Ordinal));

    private static bool IsPublic(Microsoft.AspNetCore.Mvc.ApiExplorer.ApiDescription description) => description.RelativePath?.StartsWith(PublicPrefix, StringComparison.Ordinal) is true;
}
