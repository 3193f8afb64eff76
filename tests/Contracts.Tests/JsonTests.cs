using System.Text.Json;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;

namespace Sure.Contracts.Tests;

public sealed class JsonTests
{
    private static readonly DateTimeOffset Noon = new(2023, 10, 17, 16, 40, 0, 123, TimeSpan.Zero);

    [Fact]
    public void Times_are_unix_seconds_with_a_fraction()
    {
        Assert.Equal("1697560800.123", JsonSerializer.Serialize(Noon, SureJson.Internal));
        Assert.Equal(Noon, JsonSerializer.Deserialize<DateTimeOffset>("1697560800.123", SureJson.Internal));
    }

    [Fact]
    public void An_event_is_the_same_after_its_journey()
    {
        var bound = new PolicyBound(
            Guid.Parse("0199a000-0000-7000-8000-000000000001"),
            Noon,
            Guid.Parse("0199a000-0000-7000-8000-000000000002"),
            Guid.Parse("0199a000-0000-7000-8000-000000000003"),
            CoverageType.CexLiquidation,
            Chain.TON,
            Stablecoin.crvUSD,
            100.25m,
            1.07m,
            0.0256m,
            PolicyTerms.DepegDefault,
            Noon,
            Noon.AddDays(90));
        var data = JsonSerializer.SerializeToElement(bound, SureJson.Internal);

        var opened = new EventEnvelope("utilizationservice", 1, bound.EventId, Noon, nameof(PolicyBound), data).Open();

        Assert.Equal(bound, opened);
        Assert.Equal("cex_liquidation", data.GetProperty("coverage_type").GetString());
    }

    [Fact]
    public void Numbers_in_names_are_words_of_their_own() => Assert.Equal(
        """{"realised_apy_30d":1,"top_10_products":2,"var_995":3,"tvl_usd":4}""",
        JsonSerializer.Serialize(new { RealisedApy30d = 1, Top10Products = 2, Var995 = 3, TvlUsd = 4 }, SureJson.Internal));

    [Fact]
    public void An_event_of_an_unknown_type_is_skipped_not_an_error() =>
        Assert.Null(new EventEnvelope("someone", 1, Guid.Empty, Noon, "SomethingNew", JsonDocument.Parse("{}").RootElement).Open());

    [Theory]
    [InlineData("""{"trigger_price":0.97,"floor_price":0.9,"dwell_hours":4,"more":1}""")]
    [InlineData("""{"trigger_price":0.97,"floor_price":0.9,"dwell_hours":4,"dwell_hours":5}""")]
    [InlineData("""{"trigger_price":"0.97","floor_price":0.9,"dwell_hours":4}""")]
    [InlineData("""{"trigger_price":0.97,"floor_price":0.9}""")]
    [InlineData("""{"trigger_price":0.97,"floor_price":0.9,"dwell_hours":4.5}""")]
    public void Strict_reading_refuses_what_does_not_fit(string json)
    {
        var strict = new JsonSerializerOptions();
        SureJson.ApplyStrict(strict);

        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<PolicyTerms>(json, strict));
    }

    [Theory]
    [InlineData("\"Zoë Ωμέγα <a/b>\"", true)]
    [InlineData("\"\"", true)]
    [InlineData("\"a\\u0000b\"", false)]
    [InlineData("\"a\\nb\"", false)]
    [InlineData("\"\\u007f\"", false)]
    [InlineData("\"\\u0085\"", false)]
    // Half of a pair, which no UTF-8 can hold.
    [InlineData("\"\\ud83d\"", false)]
    [InlineData("1", false)]
    public void Strict_reading_takes_plain_text_only(string json, bool isPlain)
    {
        var strict = new JsonSerializerOptions();
        SureJson.ApplyStrict(strict);

        foreach (var (document, read) in new (string, Func<string, object?>)[]
            {
                ($"[{json}]", d => JsonSerializer.Deserialize<string[]>(d, strict)),
                ($"{{{json}:null}}", d => JsonSerializer.Deserialize<Dictionary<string, string?>>(d, strict)),
            })
        {
            if (isPlain)
            {
                Assert.Equal(document, JsonSerializer.Serialize(read(document), strict));
            }
            else
            {
                Assert.Throws<JsonException>(() => read(document));
            }
        }
    }
}
