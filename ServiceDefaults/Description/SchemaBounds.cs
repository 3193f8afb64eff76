using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Sure.Contracts.Vocabulary;

namespace Sure.ServiceDefaults.Description;

/// <summary>
/// Says in the description of a body what its checks hold the fields against; the figures are those of the checks. The elements of a list
/// and the values of a dictionary are called <c>field[]</c>.
/// </summary>
public sealed class SchemaBounds
{
    private readonly OpenApiSchema _schema;

    internal SchemaBounds(OpenApiSchema schema) => _schema = schema;

    /// <summary>A number from <paramref name="least"/> to <paramref name="greatest"/>; null for no bound.</summary>
    public SchemaBounds Range(string field, decimal? least, decimal? greatest = null)
    {
        var schema = Field(field);
        schema.Minimum = least?.ToString(CultureInfo.InvariantCulture) ?? schema.Minimum;
        schema.Maximum = greatest?.ToString(CultureInfo.InvariantCulture) ?? schema.Maximum;
        return this;
    }

    /// <summary>A number above <paramref name="bound"/>.</summary>
    public SchemaBounds Above(string field, decimal bound)
    {
        Field(field).ExclusiveMinimum = bound.ToString(CultureInfo.InvariantCulture);
        return this;
    }

    /// <summary>A string of <paramref name="shortest"/> … <paramref name="longest"/> characters.</summary>
    public SchemaBounds Text(string field, int longest, int shortest = 1)
    {
        Field(field).MinLength = shortest;
        Field(field).MaxLength = longest;
        return this;
    }

    /// <summary>One of <paramref name="words"/>.</summary>
    public SchemaBounds OneOf(string field, IEnumerable<string> words)
    {
        Field(field).Enum = [.. words.Select(w => (JsonNode)w)];
        return this;
    }

    /// <summary>A list of <paramref name="fewest"/> … <paramref name="most"/>; null for no bound.</summary>
    public SchemaBounds Items(string field, int? fewest, int? most = null)
    {
        Field(field).MinItems = fewest;
        Field(field).MaxItems = most;
        return this;
    }

    /// <summary>The terms of cover that prices decide.</summary>
    public SchemaBounds Terms(TermBounds bounds)
    {
        ArgumentNullException.ThrowIfNull(bounds);
        return Range("trigger_price", bounds.LeastTrigger, bounds.GreatestTrigger)
            .Range("floor_price", bounds.LeastFloor, bounds.GreatestTrigger - bounds.LeastDistance)
            .Range("dwell_hours", 1, bounds.LongestDwellHours);
    }

    private OpenApiSchema Field(string name)
    {
        const string Elements = "[]";
        var isOfElements = name.EndsWith(Elements, StringComparison.Ordinal);
        IOpenApiSchema? field = null;
        _schema.Properties?.TryGetValue(isOfElements ? name[..^Elements.Length] : name, out field);
        return (isOfElements ? field?.Items ?? field?.AdditionalProperties : field) as OpenApiSchema
            ?? throw new InvalidOperationException($"There is no field {name} to bound.");
    }
}

/// <summary>Bounds of bodies.</summary>
public static class SchemaBoundsSetup
{
    /// <summary>Bounds of <typeparamref name="TBody"/> that the settings decide.</summary>
    public static IServiceCollection DescribeBounds<TBody, TOptions>(this IServiceCollection services, Action<SchemaBounds, TOptions> describe)
        where TOptions : class => services.Configure<OpenApiOptions>(ApiDescription.Document, options => options.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(TBody))
            {
                describe(new SchemaBounds(schema), context.ApplicationServices.GetRequiredService<IOptions<TOptions>>().Value);
            }

            return Task.CompletedTask;
        }));

    /// <summary>Bounds of <typeparamref name="TBody"/>.</summary>
    public static IServiceCollection DescribeBounds<TBody>(this IServiceCollection services, Action<SchemaBounds> describe) =>
        services.DescribeBounds<TBody, OpenApiOptions>((bounds, _) => describe(bounds));
}
