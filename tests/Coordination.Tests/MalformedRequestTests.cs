using System.Text.Json;
using Sure.Contracts.Json;
using Sure.ServiceDefaults.Problems;

namespace Sure.Coordination.Tests;

/// <summary>Whoever sends a wrong type is told which one is right.</summary>
public sealed class MalformedRequestTests
{
    private static readonly JsonSerializerOptions Strict = MakeStrict();

    [Theory]
    [InlineData("""{"text":1}""", "text must be a string.")]
    [InlineData("""{"amount":"x"}""", "amount must be a number.")]
    [InlineData("""{"amount":1e400}""", "amount must be a number.")]
    [InlineData("""{"speed":"fast"}""", "speed must be a number.")]
    [InlineData("""{"ratio":[]}""", "ratio must be a number.")]
    [InlineData("""{"count":1.5}""", "count must be a whole number.")]
    [InlineData("""{"is_open":"yes"}""", "is_open must be true or false.")]
    [InlineData("""{"id":"x"}""", "id must be a UUID.")]
    [InlineData("""{"inner":5}""", "inner must be an object.")]
    // Of these the elements have types of their own.
    [InlineData("""{"texts":"read"}""", "texts must be an array.")]
    [InlineData("""{"array":"read"}""", "array must be an array.")]
    [InlineData("""{"amounts":"x"}""", "amounts must be an array.")]
    [InlineData("""{"inners":{}}""", "inners must be an array.")]
    [InlineData("""{"amounts_by_name":5}""", "amounts_by_name must be an object.")]
    [InlineData("""{"texts_by_name":[]}""", "texts_by_name must be an object.")]
    [InlineData("""{"texts":[5]}""", "texts[0] must be a string.")]
    [InlineData("""{"amounts_by_name":{"usdc":"x"}}""", "amounts_by_name.usdc must be a number.")]
    [InlineData("""{"texts_by_name":{"usdc":"x"}}""", "texts_by_name.usdc must be an array.")]
    [InlineData("""{"inner":{"amount":[]}}""", "inner.amount must be a number.")]
    public void From_a_wrong_type_names_the_right_one(string body, string sentence)
    {
        // The serializer says different things of what is set and of what a constructor takes.
        Assert.Equal(sentence, MalformedRequest.From(Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Taken>(body, Strict))).Sentence);
        Assert.Equal(sentence, MalformedRequest.From(Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Set>(body, Strict))).Sentence);
    }

    /// <summary>Of names as long as a body, what is searched and told back is bounded: the client chose them.</summary>
    [Theory]
    [InlineData("missing required properties including: '", 1_500)]
    [InlineData("The JSON property '", 50_000)]
    [InlineData("x", 1_000_000)]
    public void From_a_name_without_end_says_no_more_than_that_it_cannot_be_read(string repeated, int times) =>
        Assert.Equal(
            new MalformedRequest(Field: null, "The request cannot be read."),
            Fault($$"""{"{{string.Concat(Enumerable.Repeat(repeated, times))}}\nx":1}"""));

    [Fact]
    public void From_a_long_name_tells_its_beginning()
    {
        var (all, shown) = (new string('x', 65), $"{new string('x', 64)}…");
        Assert.Equal(new MalformedRequest(shown, $"{shown} is not a field of this request."), Fault($$"""{"{{all}}":1}"""));
        Assert.Equal(new MalformedRequest(all[..64], $"{all[..64]} is not a field of this request."), Fault($$"""{"{{all[..64]}}":1}"""));

        // The whole path: amounts_by_name. has 16 characters.
        shown = $"amounts_by_name.{new string('x', 48)}…";
        Assert.Equal(new MalformedRequest(shown, $"{shown} must be a number."), Fault($$$"""{"amounts_by_name":{"{{{all}}}":"x"}}"""));
    }

    private static MalformedRequest Fault(string body) =>
        MalformedRequest.From(Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Taken>(body, Strict)));

    private static JsonSerializerOptions MakeStrict()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        SureJson.ApplyStrict(options);
        return options;
    }

    private sealed record Taken(
        string? Text = null,
        decimal? Amount = null,
        double Speed = 1,
        float? Ratio = null,
        long Count = 1,
        bool IsOpen = false,
        Guid? Id = null,
        Inner? Inner = null,
        IReadOnlyList<string>? Texts = null,
        string[]? Array = null,
        List<decimal>? Amounts = null,
        IReadOnlyList<Inner>? Inners = null,
        IReadOnlyDictionary<string, decimal>? AmountsByName = null,
        Dictionary<string, IReadOnlyList<string>>? TextsByName = null);

    private sealed record Set
    {
        public string? Text { get; init; }

        public decimal? Amount { get; init; }

        public double Speed { get; init; }

        public float? Ratio { get; init; }

        public long Count { get; init; }

        public bool IsOpen { get; init; }

        public Guid? Id { get; init; }

        public Inner? Inner { get; init; }

        public IReadOnlyList<string>? Texts { get; init; }

        public string[]? Array { get; init; }

        public List<decimal>? Amounts { get; init; }

        public IReadOnlyList<Inner>? Inners { get; init; }

        public IReadOnlyDictionary<string, decimal>? AmountsByName { get; init; }

        public Dictionary<string, IReadOnlyList<string>>? TextsByName { get; init; }
    }

    private sealed record Inner(decimal? Amount = null);
}
