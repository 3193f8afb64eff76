using System.Text.Json;
using System.Text.Json.Serialization;
using Sure.Contracts.Vocabulary;

namespace Sure.Contracts.Json;

/// <summary>Writes enumerations as the words of their <see cref="Words{T}"/>; an unknown word is refused with the allowed ones.</summary>
public sealed class WordConverter : JsonConverterFactory
{
    /// <inheritdoc />
    public override bool CanConvert(Type typeToConvert)
    {
        ArgumentNullException.ThrowIfNull(typeToConvert);
        return typeToConvert.IsEnum;
    }

    /// <inheritdoc />
    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert))!;

    private sealed class Converter<T> : JsonConverter<T>
        where T : struct, Enum
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && Words<T>.TryParse(reader.GetString(), out var member)
                ? member
                : throw new JsonException($"must be one of {string.Join(", ", Words<T>.All)}");

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Words<T>.Word(value));

        public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Words<T>.TryParse(reader.GetString(), out var member)
                ? member
                : throw new JsonException($"must be one of {string.Join(", ", Words<T>.All)}");

        public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WritePropertyName(Words<T>.Word(value));
    }
}
