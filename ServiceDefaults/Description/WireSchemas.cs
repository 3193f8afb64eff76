using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;

namespace Sure.ServiceDefaults.Description;

/// <summary>What the platform's own converters make of a type, which the framework cannot know, and what the code says of it.</summary>
internal sealed class WireSchemas(CodeComments comments) : IOpenApiSchemaTransformer
{
    // The framework keeps under these names what becomes of a schema when the document is put together.
    private const string Name = "x-schema-id";
    private const string Nullable = "x-is-nullable-property";
    private const string ReferenceDescription = "x-ref-description";

    public async Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var info = context.JsonTypeInfo;
        Shape(schema, info.Type, context.JsonPropertyInfo?.IsGetNullable is true);
        if (info is { Kind: JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary, ElementType: { } element } && IsWritten(System.Nullable.GetUnderlyingType(element) ?? element))
        {
            var elements = new OpenApiSchema();
            Shape(elements, element, mayBeNull: false);
            elements.Description = comments.Of(element);
            if (info.Kind is JsonTypeInfoKind.Dictionary)
            {
                schema.AdditionalProperties ??= elements;
            }
            else
            {
                schema.Items ??= elements;
            }
        }

        if (info.Type.GetCustomAttribute<WireListAttribute>() is { } list)
        {
            schema.Type = JsonSchemaType.Array;
            schema.Items = await context.GetOrCreateSchemaAsync(list.Element, cancellationToken: cancellationToken);
        }

        Describe(schema, context);
    }

    /// <summary>Whether a converter of the platform writes it.</summary>
    private static bool IsWritten(Type type) =>
        type.IsEnum || type == typeof(string) || type == typeof(DateTimeOffset) || type.GetCustomAttribute<WireTextAttribute>() is not null;

    /// <param name="schema">What is made of it.</param>
    /// <param name="declared">The type.</param>
    /// <param name="mayBeNull">Whether a reference to it may be null; of a value its type says so.</param>
    private static void Shape(OpenApiSchema schema, Type declared, bool mayBeNull)
    {
        var type = System.Nullable.GetUnderlyingType(declared) ?? declared;
        mayBeNull = type.IsValueType ? type != declared : mayBeNull;
        if (type.IsEnum)
        {
            schema.Type = JsonSchemaType.String;
            schema.Enum = [.. WordsOf(type).Select(w => (JsonNode)w)];
            Refer(schema, type, mayBeNull);
        }
        else if (type.GetCustomAttribute<WireTextAttribute>() is { } text)
        {
            schema.Type = JsonSchemaType.String;
            schema.Pattern = text.Pattern;
            schema.Examples = [text.Example];
            Refer(schema, type, mayBeNull);
        }
        else if (type == typeof(string))
        {
            schema.Type = mayBeNull ? JsonSchemaType.String | JsonSchemaType.Null : JsonSchemaType.String;
        }
        else if (type == typeof(DateTimeOffset) || type == typeof(decimal))
        {
            schema.Type = mayBeNull ? JsonSchemaType.Number | JsonSchemaType.Null : JsonSchemaType.Number;
            schema.Format = type == typeof(decimal) ? "decimal" : "unix-seconds";
            schema.Pattern = null;
        }
    }

    /// <summary>Described once and referred to, which the framework forgets where a property may be left out.</summary>
    private static void Refer(OpenApiSchema schema, Type type, bool mayBeNull)
    {
        schema.Metadata ??= new Dictionary<string, object>(StringComparer.Ordinal);
        schema.Metadata[Name] = type.Name;
        if (mayBeNull)
        {
            schema.Metadata[Nullable] = true;
        }
    }

    private void Describe(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        var type = System.Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        var named = SchemaNames.IsNamed(context.JsonTypeInfo);
        var ofProperty = context.JsonPropertyInfo?.AttributeProvider is PropertyInfo property ? comments.Of(property) : null;
        schema.Description = named ? comments.Of(type) : ofProperty ?? comments.Of(type);
        if (named && ofProperty is not null)
        {
            schema.Metadata ??= new Dictionary<string, object>(StringComparer.Ordinal);
            schema.Metadata[ReferenceDescription] = ofProperty;
        }
    }

    private static IEnumerable<string> WordsOf(Type enumeration) => (IEnumerable<string>)typeof(Words<>)
        .MakeGenericType(enumeration).GetProperty(nameof(Words<>.All), BindingFlags.Public | BindingFlags.Static)!.GetValue(obj: null)!;
}
