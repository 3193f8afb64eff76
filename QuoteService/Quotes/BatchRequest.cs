using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Sure.Contracts.Json;
using Sure.ServiceDefaults.Problems;

namespace Sure.QuoteService.Quotes;

/// <summary>Body of <c>POST /api/v2/quote/batch</c>.</summary>
/// <param name="Quotes">1 … 560 requests; one that cannot be read is a problem in its place and spoils no other.</param>
public sealed record BatchRequest(QuoteRequests Quotes);

/// <summary>The requests of a batch, each read for itself.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Elements">What was read of them: the first ones, as many as a batch may have.</param>
[JsonConverter(typeof(QuoteRequestsConverter))]
[WireList(typeof(QuoteRequest))]
public sealed record QuoteRequests(int Count, IReadOnlyList<BatchElement> Elements)
{
    /// <summary>Such as can be read.</summary>
    public static QuoteRequests Of(params IReadOnlyCollection<QuoteRequest> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        return new(requests.Count, [.. requests.Select(r => new BatchElement(r, Fault: null))]);
    }
}

/// <summary>One request of a batch as it was read.</summary>
/// <param name="Request">The request; null where it cannot be read.</param>
/// <param name="Fault">Why it cannot; null where it can.</param>
public sealed record BatchElement(QuoteRequest? Request, MalformedRequest? Fault);

/// <summary>
/// Reads each request as strictly as one that is sent alone, and goes on after one that is not as it must be. What is no JSON has no
/// elements that one could go on to: it is refused as a whole, as is what is no list.
/// </summary>
internal sealed class QuoteRequestsConverter : JsonConverter<QuoteRequests>
{
    public override QuoteRequests Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is not JsonTokenType.StartArray)
        {
            throw new JsonException("must be an array");
        }

        var type = (JsonTypeInfo<QuoteRequest>)options.GetTypeInfo(typeof(QuoteRequest));
        var elements = new List<BatchElement>();
        var count = 0;
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            // A batch that is too long is refused; half a million elements that cannot be read would cost seconds until then.
            if (++count <= QuoteEndpoints.LargestBatch)
            {
                elements.Add(ReadElement(ref reader, type));
            }
            else
            {
                Skip(ref reader);
            }
        }

        return new QuoteRequests(count, elements);
    }

    public override void Write(Utf8JsonWriter writer, QuoteRequests value, JsonSerializerOptions options)
    {
        var type = (JsonTypeInfo<QuoteRequest>)options.GetTypeInfo(typeof(QuoteRequest));
        writer.WriteStartArray();
        foreach (var request in value.Elements.Select(e => e.Request).OfType<QuoteRequest>())
        {
            JsonSerializer.Serialize(writer, request, type);
        }

        writer.WriteEndArray();
    }

    private static BatchElement ReadElement(ref Utf8JsonReader reader, JsonTypeInfo<QuoteRequest> type)
    {
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            Skip(ref reader);
            return new BatchElement(Request: null, new MalformedRequest(Field: null, "A request must be a JSON object."));
        }

        var start = reader;
        try
        {
            return new BatchElement(JsonSerializer.Deserialize(ref reader, type), Fault: null);
        }
        catch (JsonException exception)
        {
            reader = start;
            Skip(ref reader);
            return new BatchElement(Request: null, MalformedRequest.From(exception));
        }
    }

    /// <summary>To the end of a value, which is there: the serializer waits for the whole list before it has it read.</summary>
    private static void Skip(ref Utf8JsonReader reader)
    {
        if (!reader.TrySkip())
        {
            throw new JsonException();
        }
    }
}
