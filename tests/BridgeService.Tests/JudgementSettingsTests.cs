using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Sure.BridgeService.Bridges;
using Sure.BridgeService.Prices;

namespace Sure.BridgeService.Tests;

/// <summary>Which settings of what bridges and prices are judged by are refused at start, with which sentence, and what follows from others.</summary>
public sealed class JudgementSettingsTests
{
    private const string Steps = "must rise, and their scores must fall and be 0 … 1.";
    private const string Times = "Bridges:ConfirmAfter, ClearAfter and StaleAfter must be above 0.";

    [Theory]
    [InlineData("Bridges:ConfirmAfter", "00:00:00", Times)]
    [InlineData("Bridges:ConfirmAfter", "-00:30:00", Times)]
    [InlineData("Bridges:ClearAfter", "00:00:00", Times)]
    [InlineData("Bridges:StaleAfter", "-00:00:01", Times)]
    [InlineData("Bridges:DrawdownSteps", "10 1.0, 5 0.9", "Bridges:DrawdownSteps " + Steps)]
    [InlineData("Bridges:DrawdownSteps", "5 0.9, 10 1.0", "Bridges:DrawdownSteps " + Steps)]
    [InlineData("Bridges:VariationSteps", "0.02 1.0, 0.02 0.9", "Bridges:VariationSteps " + Steps)]
    [InlineData("Bridges:AgeSteps", "5 1.1", "Bridges:AgeSteps " + Steps)]
    [InlineData("Bridges:AgeSteps", "5 -0.1", "Bridges:AgeSteps " + Steps)]
    public void A_fault_of_how_bridges_are_judged_is_said_with_its_key(string key, string value, string sentence)
    {
        using var provider = Service(Settings(key, value));

        var fault = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<BridgeOptions>>().Value);

        Assert.Equal([sentence], fault.Failures);
    }

    [Theory]
    [InlineData("Prices:NavMaxAge", "00:00:00", "Prices:MaxAge, SourceMaxAges and NavMaxAge must be above 0.")]
    [InlineData("Prices:NavMaxAge", "-1.00:00:00", "Prices:MaxAge, SourceMaxAges and NavMaxAge must be above 0.")]
    [InlineData("Prices:SourceMaxAges:slow", "00:00:00", "Prices:MaxAge, SourceMaxAges and NavMaxAge must be above 0.")]
    [InlineData("Prices:VariationSteps", "0.005 0.9, 0.002 1.0", "Prices:VariationSteps " + Steps)]
    public void A_fault_of_how_prices_are_judged_is_said_with_its_key(string key, string value, string sentence)
    {
        using var provider = Service(Settings(key, value));

        var fault = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<PriceOptions>>().Value);

        Assert.Equal([sentence], fault.Failures);
    }

    [Fact]
    public void Steps_in_their_order_are_taken()
    {
        using var provider = Service([.. Settings("Bridges:AgeSteps", "1 1.0, 2 0.5, 3 0.5"), .. Settings("Prices:VariationSteps", "0.001 1.0, 0.002 0")]);

        Assert.Equal(0.5m, provider.GetRequiredService<IOptions<BridgeOptions>>().Value.FreshnessScore(TimeSpan.FromSeconds(150)));
        Assert.Equal(2, provider.GetRequiredService<IOptions<PriceOptions>>().Value.VariationSteps.Count);
    }

    /// <summary>Final blocks are older than ten minutes: what is not refused for its age is live, unless it is said otherwise.</summary>
    [Theory]
    [InlineData("rpc-ethereum", 30, "Prices:MaxAge", "00:10:00")]
    [InlineData("paused-ethereum", 30, "Prices:MaxAge", "00:10:00")]
    [InlineData("paused-ethereum", 60, "Adapters:Evm:0:MaxBlockAge", "01:00:00")]
    [InlineData("paused-ethereum", 30, "Bridges:SourceMaxAges:rpc-ethereum", "00:20:00")]
    [InlineData("rpc-ethereum", 20, "Bridges:SourceMaxAges:rpc-ethereum", "00:20:00")]
    [InlineData("rpc-ethereum", 10, "Adapters:Evm:0:MaxBlockAge", "00:05:00")]
    [InlineData("paused-ethereum", 45, "Bridges:MaxAge", "00:45:00")]
    [InlineData("chainlink-ethereum", 10, "Prices:MaxAge", "00:10:00")]
    [InlineData("paused-base", 10, "Prices:MaxAge", "00:10:00")]
    public void Sources_that_read_final_blocks_count_as_long_as_their_blocks_are_believed(string source, int minutes, string key, string value)
    {
        using var provider = Service([("Adapters:Evm:0:Chain", "Ethereum"), (key, value)]);

        Assert.Equal(TimeSpan.FromMinutes(minutes), provider.GetRequiredService<IOptions<BridgeOptions>>().Value.MaxAgeOf(source));
    }

    /// <summary>A list of steps is written as ends and scores.</summary>
    private static (string Key, string Value)[] Settings(string key, string value) => key.EndsWith("Steps", StringComparison.Ordinal)
        ?
        [
            .. value.Split(", ").Index().SelectMany(s => new[]
            {
                ($"{key}:{s.Index}:Below", s.Item.Split(' ')[0]), ($"{key}:{s.Index}:Score", s.Item.Split(' ')[1]),
            }),
        ]
        : [(key, value)];

    private static ServiceProvider Service(params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.AddInMemoryCollection(
        [
            .. settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)),
            KeyValuePair.Create("ConnectionStrings:platform", (string?)"Host=127.0.0.1;Username=sure;Database=sure"),
            KeyValuePair.Create("ConnectionStrings:messaging", (string?)"amqp://127.0.0.1"),
        ]);
        builder.AddServiceDefaults();
        builder.AddBridgeService();
        return builder.Services.BuildServiceProvider();
    }
}
