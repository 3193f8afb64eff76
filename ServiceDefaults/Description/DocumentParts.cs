using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Sure.ServiceDefaults.Description;

/// <summary>What the operations of a document share.</summary>
internal sealed class DocumentParts : IOpenApiDocumentTransformer
{
    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        // One origin, and it is the gateway's.
        document.Servers = [];
        var components = document.Components ??= new OpenApiComponents();
        components.Schemas ??= new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal);
        var (name, problem) = Refusals.ProblemSchema;
        components.Schemas[name] = problem;
        components.Responses = Refusals.Responses(document);
        components.Headers = DescribedHeaders.All();
        components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [Refusals.Bearer] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An API key or a token with the scopes that the operation names: read, write, ingest, admin.",
            },
        };

        RequireWhatIsAlwaysWritten(document);
        return Task.CompletedTask;
    }

    /// <summary>An answer has every field it can have; what may be left out is for requests.</summary>
    private static void RequireWhatIsAlwaysWritten(OpenApiDocument document)
    {
        var schemas = document.Components!.Schemas!;
        var read = new HashSet<string>(StringComparer.Ordinal) { Refusals.ProblemSchema.Name };
        var open = new Stack<IOpenApiSchema?>((document.Paths ?? [])
            .SelectMany(p => p.Value.Operations ?? [])
            .SelectMany(o => o.Value.RequestBody?.Content?.Values ?? [])
            .Select(c => c.Schema));
        while (open.TryPop(out var schema))
        {
            if (schema is OpenApiSchemaReference { Reference.Id: { } id } && !read.Add(id))
            {
                continue;
            }

            foreach (var part in PartsOf(schema))
            {
                open.Push(part);
            }
        }

        foreach (var schema in schemas.Where(s => !read.Contains(s.Key)).Select(s => s.Value).OfType<OpenApiSchema>())
        {
            RequireAll(schema);
        }
    }

    private static void RequireAll(OpenApiSchema schema)
    {
        if (schema.Properties is { Count: > 0 } properties)
        {
            schema.Required = properties.Keys.ToHashSet(StringComparer.Ordinal);
        }

        foreach (var part in PartsOf(schema).OfType<OpenApiSchema>())
        {
            RequireAll(part);
        }
    }

    private static IEnumerable<IOpenApiSchema?> PartsOf(IOpenApiSchema? schema) => schema is null
        ? []
        :
        [
            .. schema.Properties?.Values ?? [],
            schema.Items,
            schema.AdditionalProperties,
            .. schema.OneOf ?? [],
            .. schema.AnyOf ?? [],
            .. schema.AllOf ?? [],
        ];
}
