using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Sure.Contracts.Json;

namespace Sure.ServiceDefaults.Description;

/// <summary>Names of the types of a document; the framework would take two types of one name for the same.</summary>
internal sealed class SchemaNames
{
    private readonly ConcurrentDictionary<string, Type> _known = new(StringComparer.Ordinal);

    /// <summary>Its name; null where it has none and is described in place.</summary>
    /// <exception cref="InvalidOperationException">Another type has this name.</exception>
    public string? Of(JsonTypeInfo info)
    {
        if (!IsNamed(info))
        {
            return null;
        }

        var name = OpenApiOptions.CreateDefaultSchemaReferenceId(info)!;
        // Where null is allowed beside it, the reference says so.
        var type = Nullable.GetUnderlyingType(info.Type) ?? info.Type;
        var known = _known.GetOrAdd(name, type);
        return known == type
            ? name
            : throw new InvalidOperationException($"{known} and {type} would both be called {name} in the description of the API: rename one.");
    }

    /// <summary>Whether it is referred to by its name; any JSON and lists are described in place.</summary>
    public static bool IsNamed(JsonTypeInfo info) =>
        info.Type != typeof(JsonElement) && info.Type != typeof(JsonNode) && info.Type.GetCustomAttribute<WireListAttribute>() is null
        && OpenApiOptions.CreateDefaultSchemaReferenceId(info) is not null;
}
