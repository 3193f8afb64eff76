using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.OpenApi;
using Sure.ServiceDefaults.Problems;

namespace Sure.ServiceDefaults.Description;

/// <summary>Statuses with which an endpoint refuses, beside those that every one of its kind has.</summary>
/// <param name="Statuses">For example 409.</param>
internal sealed record Refuses(IReadOnlyList<int> Statuses);

/// <summary>A header that an endpoint reads by itself.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is for.</param>
/// <param name="LongestValue">Most characters of its value.</param>
public sealed record TakesHeader(string Name, string Description, int LongestValue);

/// <summary>How the operations refuse: always with problem details.</summary>
public static class Refusals
{
    internal const string Bearer = "bearer";

    private const string Problem = "Problem";

    private static readonly Dictionary<int, (string Name, string Description)> All = new()
    {
        [400] = ("Malformed", "The request cannot be read: not JSON, an unknown, missing or duplicate field or parameter, a wrong type, an unknown word. `errors` names the field."),
        [401] = ("Unauthenticated", "No key or token, or one that is not good."),
        [403] = ("Forbidden", "The key or token does not allow this."),
        [404] = ("NotFound", "There is no such thing, or it is somebody else's."),
        [408] = ("TooSlow", "The body did not arrive in time."),
        [409] = ("Conflict", "It contradicts what is already so."),
        [410] = ("Expired", "It was there and is over."),
        [413] = ("TooLarge", "The body is too large."),
        [415] = ("UnsupportedMediaType", "The body is not sent as `application/json` in UTF-8."),
        [422] = ("NotAllowed", "Well-formed, but outside its bounds or refused; `type` says why, `errors` names the field."),
        [429] = ("TooManyRequests", "A rate limit is reached; `Retry-After` says for how long."),
        [503] = ("Unavailable", "Something this needs is away; `Retry-After` says when to come back."),
    };

    /// <summary>Says with which statuses an endpoint refuses, beside those that go without saying: 409, 410, 422 without a body.</summary>
    public static TBuilder MayRefuse<TBuilder>(this TBuilder endpoint, params int[] statuses)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new Refuses(statuses));

    internal static string NameOf(int status) => All[status].Name;

    /// <summary>The statuses that go without saying.</summary>
    internal static IEnumerable<int> Of(Microsoft.AspNetCore.Mvc.ApiExplorer.ApiDescription operation, bool needsScope)
    {
        yield return StatusCodes.Status400BadRequest;
        yield return StatusCodes.Status401Unauthorized;
        if (needsScope)
        {
            yield return StatusCodes.Status403Forbidden;
        }

        if (operation.ParameterDescriptions.Any(p => p.Source == BindingSource.Path))
        {
            yield return StatusCodes.Status404NotFound;
        }

        if (operation.ParameterDescriptions.Any(p => p.Source == BindingSource.Body))
        {
            yield return StatusCodes.Status408RequestTimeout;
            yield return StatusCodes.Status413PayloadTooLarge;
            yield return StatusCodes.Status415UnsupportedMediaType;
            yield return StatusCodes.Status422UnprocessableEntity;
        }

        yield return StatusCodes.Status429TooManyRequests;
        yield return StatusCodes.Status503ServiceUnavailable;
    }

    /// <summary>The answers that operations refer to.</summary>
    internal static Dictionary<string, IOpenApiResponse> Responses(OpenApiDocument document) => All.ToDictionary(
        refusal => refusal.Value.Name,
        refusal => (IOpenApiResponse)ResponseOf(refusal.Key, refusal.Value.Description, document),
        StringComparer.Ordinal);

    /// <summary>Problem details as the platform writes them.</summary>
    internal static (string Name, OpenApiSchema Schema) ProblemSchema => (Problem, new OpenApiSchema
    {
        Type = JsonSchemaType.Object,
        Description = "Why something was refused (RFC 9457).",
        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["type"] = Text("Says what kind of refusal it is, always the same for the same kind.", "^urn:sure:problem:[a-z-]+$"),
            ["title"] = Text("The kind in words."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "The status of the answer.", Minimum = "400", Maximum = "599" },
            ["detail"] = Text("One sentence for a person."),
            ["error"] = Text("The same sentence."),
            ["trace_id"] = Text("Under this id it can be found in logs and traces."),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "Sentences by the field they are about, where there is one.",
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, MinItems = 1, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
            },
            ["checks"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Description = "Where underwriting refuses: the checks that failed.",
                Items = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
                    {
                        ["check"] = Text("Its name."),
                        ["subject"] = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = "What it is about where there are several." },
                        ["value"] = new OpenApiSchema { Type = JsonSchemaType.Number | JsonSchemaType.Null, Description = "The figure with the policy." },
                        ["limit"] = new OpenApiSchema { Type = JsonSchemaType.Number | JsonSchemaType.Null, Description = "What it is held against." },
                        ["passed"] = new OpenApiSchema { Type = JsonSchemaType.Boolean },
                        ["reason"] = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = "Why it failed, where no figure says it." },
                    },
                    Required = new HashSet<string>(StringComparer.Ordinal) { "check", "subject", "value", "limit", "passed", "reason" },
                },
            },
            ["retry_after_seconds"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "The `Retry-After` header again.", Minimum = "0" },
        },
        Required = new HashSet<string>(StringComparer.Ordinal) { "type", "title", "status", "detail", "error", "trace_id" },
    });

    private static OpenApiResponse ResponseOf(int status, string description, OpenApiDocument document)
    {
        var response = new OpenApiResponse
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                ["application/problem+json"] = new OpenApiMediaType
                {
                    Schema = new OpenApiSchemaReference(Problem, document),
                    Example = PlatformProblems.ExampleOf(status),
                },
            },
        };
        DescribedHeaders.AddRates(response, document);
        if (status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            response.Headers!["Retry-After"] = new OpenApiHeader
            {
                Description = "Seconds to wait.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "0" },
            };
        }

        return response;
    }

    private static OpenApiSchema Text(string description, string? pattern = null) =>
        new() { Type = JsonSchemaType.String, Description = description, Pattern = pattern };
}
