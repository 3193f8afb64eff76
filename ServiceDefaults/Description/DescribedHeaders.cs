using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.OpenApi;

namespace Sure.ServiceDefaults.Description;

/// <summary>An endpoint that says, where it makes something, where that can be read.</summary>
internal sealed record SaysLocation;

/// <summary>Headers of the answers of the API.</summary>
public static class DescribedHeaders
{
    private const string Location = "Location";

    private static readonly string[] Made =
        [.. new[] { StatusCodes.Status201Created, StatusCodes.Status202Accepted }.Select(s => s.ToString(CultureInfo.InvariantCulture))];

    /// <summary>The gateway counts every request of the API, so every answer has them, but one of 503 that was given before it counted.</summary>
    private static readonly Dictionary<string, string> Rates = new(StringComparer.Ordinal)
    {
        ["RateLimit-Limit"] = "Requests per minute that the client may send of this kind.",
        ["RateLimit-Remaining"] = "How many of them are left.",
        ["RateLimit-Reset"] = "Seconds until all of them are there again.",
    };

    /// <summary>Says that the answer to what this makes has a <c>Location</c>.</summary>
    public static TBuilder WithLocation<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new SaysLocation());

    /// <summary>Those that answers refer to.</summary>
    internal static Dictionary<string, IOpenApiHeader> All() => Rates.ToDictionary(
        rate => rate.Key,
        rate => (IOpenApiHeader)new OpenApiHeader { Description = rate.Value, Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "0" } },
        StringComparer.Ordinal);

    /// <summary>Adds those that every answer has.</summary>
    internal static void AddRates(OpenApiResponse answer, OpenApiDocument document)
    {
        answer.Headers ??= new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal);
        foreach (var name in Rates.Keys)
        {
            answer.Headers[name] = new OpenApiHeaderReference(name, document);
        }
    }

    /// <summary>Adds those of the answers that an operation describes itself.</summary>
    internal static void Add(OpenApiResponses answers, bool saysLocation, OpenApiDocument document)
    {
        foreach (var (status, answer) in answers)
        {
            if (answer is not OpenApiResponse own)
            {
                continue;
            }

            AddRates(own, document);
            if (saysLocation && Made.Contains(status))
            {
                own.Headers![Location] = new OpenApiHeader
                {
                    Description = "Where it can be read.",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "uri-reference" },
                };
            }
        }
    }
}
