using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Sure.BridgeService.Bridges;

namespace Sure.BridgeService.Tests;

/// <summary>What follows for the judgement of bridges from other settings.</summary>
public sealed class JudgementSettingsTests
{
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
