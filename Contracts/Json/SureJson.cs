using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sure.Contracts.Json;

/// <summary>The one JSON dialect of the platform: snake_case, words instead of enum numbers, times as Unix seconds.</summary>
public static class SureJson
{
    /// <summary>Options for reading what our own services wrote and for writing anything. Reads leniently: events only ever grow.</summary>
    public static JsonSerializerOptions Internal { get; } = Create();

    /// <summary>
    /// Brings <paramref name="options"/> to the dialect and makes reading strict: unknown, duplicate and missing fields, wrong types
    /// and trailing text are errors, text holds no control characters, and nesting ends at 16 levels.
    /// </summary>
    public static void ApplyStrict(JsonSerializerOptions options)
    {
        Apply(options);
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.MaxDepth = 16;
        options.Converters.Add(new PlainTextConverter());
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { NumberHandling = JsonNumberHandling.Strict };
        Apply(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private static void Apply(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = new SnakeCase();
        options.DefaultIgnoreCondition = JsonIgnoreCondition.Never;
        // The text goes to JSON readers, never into HTML: '+' and non-ASCII letters stay as they are.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new UnixSecondsConverter());
        options.Converters.Add(new WordConverter());
    }
}
