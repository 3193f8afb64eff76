using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sure.Contracts.Json;

/// <summary>Text of a request. Control characters are refused: nobody means them, and PostgreSQL keeps not all of them.</summary>
public sealed class PlainTextConverter : JsonConverter<string>
{
    /// <summary>What is wrong with a text that is not plain.</summary>
    public const string Fault = "must hold no control characters";

    /// <summary>Whether <paramref name="text"/> holds no control characters.</summary>
    public static bool IsPlain(ReadOnlySpan<char> text) => !text.ContainsAnyInRange('\u0000', '\u001f') && !text.ContainsAnyInRange('\u007f', '\u009f');

    /// <inheritdoc />
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Plain(reader.GetString()!);

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value);
    }

    /// <inheritdoc />
    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Plain(reader.GetString()!);

    /// <inheritdoc />
    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WritePropertyName(value);
    }

    private static string Plain(string text) => IsPlain(text) ? text : throw new JsonException(Fault);
}
