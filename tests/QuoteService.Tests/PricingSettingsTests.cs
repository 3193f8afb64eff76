using Microsoft.Extensions.Options;
using Sure.Contracts.Vocabulary;
using Sure.QuoteService.Pricing;
using Sure.TestServers;

namespace Sure.QuoteService.Tests;

/// <summary>Prices hold as they are configured, or the service does not start.</summary>
public sealed class PricingSettingsTests
{
    /// <summary>
    /// LTV after the cover (4.1 m + 1.5 m) / 8 m = 0.70, half way from 0.60 to 0.80, so half way from 1 to 1.5; size
    /// (1 m × 1 + 0.5 m × 0.5) / 1.5 m = 0.8333…; a score of 0.6 exceeds 0.5. By the default tables they were 1.10, 0.95 and 1.3.
    /// </summary>
    [Fact]
    public async Task A_table_of_loads_that_is_set_takes_the_place_of_the_default()
    {
        var options = await ReadAsync(
            [
                .. Points("Utilization", (0.60m, 1.0m), (0.80m, 1.5m), (0.90m, 3.0m)),
                .. Points("Size", (1_000_000m, 1.0m), (10_000_000m, 0.5m)),
                .. Points("BridgeHealth", (0.5m, 1.0m), (-1m, 3.0m)),
            ]);
        var pool = new PoolCondition(100_000_000, 8_000_000, 4_100_000, 1m, new Dictionary<Stablecoin, decimal>());
        var cover = new Cover(new Product(CoverageType.Bridge, Chain.Ethereum, Stablecoin.USDC), 1_500_000, 90, Terms: null);
        var bridges = Bridge.OfChain(Chain.Ethereum).ToDictionary(b => b.Id, _ => new BridgeCondition(0.6m, BridgeStatus.Warning));

        var price = Premium.Dynamic(cover, options, new MarketConditions(pool, bridges, CorrelationRegime.Low));

        Assert.Equal(
            [("utilization", 1.25m), ("asset_concentration", 1m), ("reserves", 1m), ("correlation_regime", 1m), ("bridge_health", 1m), ("size", 0.83333333m)],
            price.Loads.Select(l => (l.Name, l.Factor)));
    }

    [Fact]
    public async Task An_entry_of_a_table_that_is_set_takes_the_place_of_that_entry()
    {
        var options = await ReadAsync([("Pricing:BaseRates:SmartContract", "0.03")]);

        Assert.Equal((0.03m, 0.012m), (options.BaseRates[CoverageType.SmartContract], options.BaseRates[CoverageType.Oracle]));
    }

    [Theory]
    [InlineData("Pricing:BaseRates:smart_contract", "0.03", "smart_contract")]
    [InlineData("Pricing:BaseRates:Oracle", "abc", "Pricing:BaseRates:Oracle")]
    [InlineData("Pricing:BaseRates:Oracle", "0,02", "Pricing:BaseRates:Oracle")]
    [InlineData("Pricing:LeastPremium", "2", "LeastPremium")]
    [InlineData("Pricing:Loads:Utilization:0:At", "half", "Pricing:Loads:Utilization:0:At")]
    [InlineData("Pricing:Terms:LeastFloor", "low", "Pricing:Terms:LeastFloor")]
    public async Task What_cannot_be_read_is_refused_by_name(string key, string value, string named)
    {
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => ReadAsync([(key, value)]));

        var sentence = Assert.Single(fault.Failures);
        Assert.StartsWith("Pricing: ", sentence, StringComparison.Ordinal);
        Assert.Contains(named, sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Pricing:BaseRates:Oracle", "-0.01", "Pricing:BaseRates:Oracle is -0.01; it must not be negative.")]
    [InlineData("Pricing:Terms:LeastDistance", "0", "Pricing:Terms:LeastDistance is 0; it must be above 0.")]
    [InlineData("Pricing:Terms:LeastFloor", "0.895", "Pricing:Terms:LeastFloor is 0.895; it must be 0 … 0.89, LeastTrigger less LeastDistance.")]
    [InlineData("Pricing:Terms:GreatestTrigger", "1", "Pricing:Terms:GreatestTrigger is 1; it must be LeastTrigger, 0.90, or more, and below 1.")]
    [InlineData("Pricing:Terms:LongestDwellHours", "0", "Pricing:Terms:LongestDwellHours is 0; it must be 1 or more.")]
    [InlineData("Pricing:Terms:LongestDwellHours", "3", "Pricing:Terms leaves out the terms of who chooses none: dwell_hours must be 1 … 3.")]
    [InlineData("Pricing:Terms:GreatestTrigger", "0.96", "Pricing:Terms leaves out the terms of who chooses none: trigger_price must be 0.90 … 0.96.")]
    [InlineData("Pricing:Terms:TriggerSlope", "-1", "Pricing:Terms:TriggerSlope is -1; it must not be negative.")]
    [InlineData("Pricing:Terms:DwellExponent", "NaN", "Pricing:Terms:DwellExponent is NaN; it must be 0 … 10.")]
    [InlineData("Pricing:Terms:LeastLoad", "0", "Pricing:Terms:LeastLoad is 0; it must be above 0.")]
    [InlineData("Pricing:Terms:CexLiquidation:FloorPrice", "0.95", "Pricing:Terms:CexLiquidation has the trigger 0.95, the floor 0.95 and 1 hours; it must be 1 > trigger > floor >= 0 and 1 hour or more.")]
    [InlineData("Pricing:Loads:ReservesSlope", "-5", "Pricing:Loads:ReservesSlope is -5; it must not be negative.")]
    [InlineData("Pricing:Loads:CorrelationRegimes:Low", "0", "Pricing:Loads:CorrelationRegimes:Low is 0; it must be above 0.")]
    [InlineData("Pricing:Loads:BridgeUnknown", "0", "Pricing:Loads:BridgeUnknown is 0; it must be above 0.")]
    public async Task What_would_make_no_price_is_refused_by_name(string key, string value, string sentence)
    {
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => ReadAsync([(key, value)]));

        Assert.Equal([sentence], fault.Failures);
    }

    public static TheoryData<string, decimal[], string> Tables => new()
    {
        { "Utilization", [0.6m, 1.0m, 0.6m, 1.5m], "Pricing:Loads:Utilization:1:At is 0.6; it must be above the one before, 0.6." },
        { "Utilization", [0.6m, 0m], "Pricing:Loads:Utilization:0:Factor is 0; it must be above 0." },
        { "BridgeHealth", [0.5m, 1.0m, 0.7m, 1.5m, -1m, 2m], "Pricing:Loads:BridgeHealth:1:At is 0.7; it must be below the one before, 0.5." },
        { "BridgeHealth", [0.5m, 1.0m, 0m, 2m], "Pricing:Loads:BridgeHealth ends at 0; the last step must be below 0, so that it holds for every score." },
        { "Size", [100m, 1.0m, 1_000_000m, 0.9m], "Pricing:Loads:Size goes from 100 to 1000000; it must begin above 0 and reach Pricing:GreatestCoverageUsd, 10000000." },
    };

    /// <summary>A cover beyond the last slice would be free, a bridge below the last step have no load.</summary>
    [Theory]
    [MemberData(nameof(Tables))]
    public async Task A_table_that_does_not_hold_for_everything_is_refused_by_name(string table, decimal[] points, string sentence)
    {
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => ReadAsync(Points(table, [.. points.Chunk(2).Select(p => (p[0], p[1]))])));

        Assert.Equal([sentence], fault.Failures);
    }

    private static IEnumerable<(string Key, string Value)> Points(string table, params (decimal At, decimal Factor)[] points) =>
        points.Index().SelectMany(p => new[] { ($"Pricing:Loads:{table}:{p.Index}:At", $"{p.Item.At}"), ($"Pricing:Loads:{table}:{p.Index}:Factor", $"{p.Item.Factor}") });

    private static Task<PricingOptions> ReadAsync(IEnumerable<(string Key, string Value)> settings) => TestService.ReadAsync<PricingOptions>(
        "QuoteService", settings.ToDictionary(s => s.Key, s => (string?)s.Value), b => b.AddQuoteService());
}
