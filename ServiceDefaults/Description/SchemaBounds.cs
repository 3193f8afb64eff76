using System.Globalization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Sure.ServiceDefaults.Description;

/// <summary>Says in the description of a body what its checks hold the fields against; the figures are those of the checks.</summary>
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

    /// <summary>A string of 1 … <paramref name="longest"/> characters.</summary>
    public SchemaBounds Text(string field, int longest)
    {
        Field(field).MinLength = 1;
        Field(field).MaxLength = longest;
        return this;
    }

    /// <summary>A list of <paramref name="fewest"/> … <paramref name="most"/>.</summary>
    public SchemaBounds Items(string field, int fewest, int most)
    {
        Field(field).MinItems = fewest;
        Field(field).MaxItems = most;
        return this;
    }

    private OpenApiSchema Field(string name) => _schema.Properties is { } fields && fields.TryGetValue(name, out var field) && field is OpenApiSchema own
        ? own
        : throw new InvalidOperationException($"There is no field {name} to bound.");
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
