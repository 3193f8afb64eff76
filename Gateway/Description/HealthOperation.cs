using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.OpenApi;
using Sure.Gateway.Health;
using Sure.ServiceDefaults.Health;

namespace Sure.Gateway.Description;

/// <summary><c>/health</c>, which answers before anything is bound and so cannot be described by how it is mapped.</summary>
internal sealed class HealthOperation : IOpenApiDocumentTransformer, IOpenApiSchemaTransformer
{
    private const string Schema = nameof(PlatformState);

    public async Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        var components = document.Components ??= new OpenApiComponents();
        components.Schemas ??= new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal);
        components.Schemas[Schema] = await context.GetOrCreateSchemaAsync(typeof(PlatformState), cancellationToken: cancellationToken);
        document.Paths ??= [];
        document.Paths["/health"] = new OpenApiPathItem
        {
            Operations = new Dictionary<HttpMethod, OpenApiOperation>
            {
                [HttpMethod.Get] = new()
                {
                    OperationId = "getHealth",
                    Summary = "How the platform and each service is.",
                    Description = "It is unhealthy only when no service works; then the status is 503 and the body the same.",
                    Tags = new HashSet<OpenApiTagReference> { new("Health", document) },
                    Security = [[]],
                    Responses = new OpenApiResponses { ["200"] = Answer("Healthy or degraded.", HealthStatus.Healthy, document), ["503"] = Answer("Unhealthy.", HealthStatus.Unhealthy, document) },
                },
            },
        };
    }

    /// <summary>Statuses are in lower case here.</summary>
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.JsonTypeInfo.Type == typeof(HealthStatus))
        {
            schema.Enum = [.. Enum.GetNames<HealthStatus>().Select(n => (JsonNode)n.ToLowerInvariant())];
            schema.Description = "How it is.";
        }

        return Task.CompletedTask;
    }

    private static OpenApiResponse Answer(string description, HealthStatus status, OpenApiDocument document) => new()
    {
        Description = description,
        Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
        {
            ["application/json"] = new() { Schema = new OpenApiSchemaReference(Schema, document), Example = JsonSerializer.SerializeToNode(ExampleOf(status), ServiceHealth.Json) },
        },
    };

    /// <summary>A platform of one service, which is like this with its database.</summary>
    private static PlatformState ExampleOf(HealthStatus status) => new(
        status,
        PlatformState.Gateway,
        PlatformHealth.Version,
        new Dictionary<string, ServiceState>(StringComparer.Ordinal)
        {
            ["quoteservice"] = new(status, new Dictionary<string, CheckState>(StringComparer.Ordinal) { ["PostgreSql"] = new(status) }),
        },
        "demonstration",
        DateTimeOffset.FromUnixTimeMilliseconds(1_697_564_800_123));
}
