using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Sure.BridgeService.Market;
using Sure.BridgeService.Observations;

namespace Sure.BridgeService.Tests.Adapters;

/// <summary>Which settings are refused at start, with which sentence, and what the sources are called that they add.</summary>
public sealed class AdapterSettingsTests
{
    private static readonly (string, string)[] CoinGecko = [("Adapters:CoinGecko:Coins:0:Id", "usd-coin"), ("Adapters:CoinGecko:Coins:0:Stablecoin", "USDC")];

    [Theory]
    [InlineData("Adapters:CoinGecko:Coins:0:Id", "usd coin", "Adapters:CoinGecko:Coins:0:Id is usd coin, which is no name in an address.")]
    [InlineData("Adapters:CoinGecko:Coins:0:Id", "", "Adapters:CoinGecko:Coins:0: The Id field is required.")]
    [InlineData("Adapters:CoinGecko:Coins:0:Kind", "Nav", "Adapters:CoinGecko:Coins:0:Kind is Nav, which only yield-bearing coins have.")]
    [InlineData("Adapters:CoinGecko:Coins:1:Id", "tether", "Adapters:CoinGecko:Coins:1: The Stablecoin field is required.")]
    [InlineData("Adapters:CoinGecko:Upstream:Url", "http://api.coingecko.com", "Adapters:CoinGecko:Upstream:Url must be an https address; http only on this machine.")]
    [InlineData("Adapters:CoinGecko:MaxAge", "00:00:00", "Adapters:CoinGecko: The field MaxAge must be between 00:00:01 and 1.00:00:00.")]
    [InlineData("Adapters:Retries", "6", "Adapters: The field Retries must be between 0 and 5.")]
    [InlineData("Adapters:UserAgent", "(", "Adapters:UserAgent is (, which is no User-Agent such as Sure/2.0.")]
    [InlineData("Adapters:Pyth:Feeds:0:Id", "usdc", "Adapters:Pyth:Feeds:0:Id is usdc, not 64 hexadecimal digits.")]
    [InlineData("Adapters:Pyth:Feeds:0:Stablecoin", "USDC", "Adapters:Pyth:Upstream:Url must be an https address; http only on this machine.")]
    [InlineData("Adapters:DefiLlama:Protocols:0:Bridge", "no_bridge", "Adapters:DefiLlama:Protocols:0:Bridge is no_bridge, which is no bridge.")]
    [InlineData("Adapters:Evm:0:Endpoints:0:Url", "https://one.example", "Adapters:Evm:0:Endpoints has 1; at least 2 are compared.")]
    [InlineData("Adapters:Evm:0:Chain", "Ethereum", "Adapters:Evm:0 reads nothing: it needs Feeds with a Stablecoin, Lockboxes or PauseFlags.")]
    [InlineData("Adapters:Evm:0:Lockboxes:0:Feed", "0x01", "Adapters:Evm:0:Lockboxes:0:Feed is 0x01, which is none of Adapters:Evm:0:Feeds.")]
    [InlineData("Adapters:Evm:0:Lockboxes:0:Token", "0x01", "Adapters:Evm:0:Lockboxes:0:Token is 0x01, not 0x and 40 hexadecimal digits.")]
    [InlineData("Adapters:Evm:0:PauseFlags:0:Bridge", "wormhole_arb_ton", "Adapters:Evm:0:PauseFlags:0:Bridge is wormhole_arb_ton, which is no bridge that locks on .")]
    [InlineData("Adapters:Evm:0:Feeds:0:LeastAnswer", "1000000000000", "Adapters:Evm:0:Feeds:0:LeastAnswer must be below MostAnswer.")]
    public void A_fault_is_said_with_its_key(string key, string value, string sentence)
    {
        using var provider = Service("Production", [.. CoinGecko, (key, value)]);

        var fault = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<BridgeService.Adapters.AdapterOptions>>().Value);

        Assert.Contains(sentence, fault.Failures);
    }

    /// <summary>By whatever id; another coin, or another figure of it, is another source.</summary>
    [Theory]
    [InlineData("coingecko:usd-coin", "USDC", true)]
    [InlineData("ethereum:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48", "USDC", true)]
    [InlineData("coingecko:tether", "USDT", false)]
    public void A_coin_that_CoinGecko_is_asked_for_is_none_of_DefiLlama(string id, string coin, bool refused)
    {
        using var provider = Service("Production", [.. CoinGecko, ("Adapters:DefiLlama:Coins:0:Id", id), ("Adapters:DefiLlama:Coins:0:Stablecoin", coin)]);

        var fault = Record.Exception(() => provider.GetRequiredService<IOptions<BridgeService.Adapters.AdapterOptions>>().Value);

        Assert.Equal(
            refused ? ["Adapters:DefiLlama:Coins:0:Stablecoin is USDC, as one of Adapters:CoinGecko:Coins: DefiLlama passes CoinGecko's prices on, so one source would count as two."] : [],
            (fault as OptionsValidationException)?.Failures ?? []);
    }

    [Fact]
    public void Endpoints_of_one_host_are_one()
    {
        using var provider = Service(
            "Production",
            ("Adapters:Evm:0:Endpoints:0:Url", "https://one.example/key-1"),
            ("Adapters:Evm:0:Endpoints:1:Url", "https://one.example/key-2"));

        var fault = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<BridgeService.Adapters.AdapterOptions>>().Value);

        Assert.Contains("Adapters:Evm:0:Endpoints has one.example more than once.", fault.Failures);
        Assert.DoesNotContain("key-", fault.Message, StringComparison.Ordinal);
    }

    // An entry with such a word must not be left out in silence.
    [Theory]
    [InlineData("Adapters:CoinGecko:Coins:0:Stablecoin", "USDX")]
    [InlineData("Adapters:Evm:0:Chain", "Etherium")]
    [InlineData("Adapters:Evm:0:Interval", "a minute")]
    public void A_word_that_is_none_is_said_with_its_key(string key, string value)
    {
        var fault = Assert.Throws<InvalidOperationException>(() => Service("Production", (key, value)));

        Assert.Contains(key, fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_is_none_is_said()
    {
        var fault = Assert.Throws<InvalidOperationException>(() => Service("Production", ("Adapters:CoinGeko:Coins:0:Id", "usd-coin")));

        Assert.Contains("CoinGeko", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Development", false, null, "simulated")]
    [InlineData("Production", false, null, "keepers")]
    [InlineData("Development", true, null, "http")]
    [InlineData("Production", true, null, "http")]
    [InlineData("Production", true, "http", "http")]
    [InlineData("Production", false, "none", "keepers")]
    [InlineData("Production", false, "simulated", "simulated")]
    public void What_answers_say_about_their_source_follows_from_the_settings(string environment, bool hasAdapters, string? source, string expected)
    {
        using var provider = Service(environment, [.. hasAdapters ? CoinGecko : [], .. source is null ? Array.Empty<(string, string)>() : [("Market:Source", source)]]);

        Assert.Equal(expected, provider.GetRequiredService<DataSource>().Name);
        _ = provider.GetRequiredService<IOptions<MarketOptions>>().Value;
        string[] names = expected switch { "http" => ["coingecko"], "simulated" => ["simulated"], _ => [] };
        Assert.Equal(names, provider.GetServices<IObservationSource>().Select(s => s.Name));
    }

    [Theory]
    [InlineData(true, "simulated")]
    [InlineData(true, "none")]
    [InlineData(false, "http")]
    public void Simulated_and_real_are_never_mixed(bool hasAdapters, string source)
    {
        using var provider = Service("Development", [.. hasAdapters ? CoinGecko : [], ("Market:Source", source)]);

        var fault = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<MarketOptions>>().Value);

        Assert.Equal(["Market:Source must be http where Adapters names sources, and only there: simulated and real observations are not mixed."], fault.Failures);
    }

    private static ServiceProvider Service(string environment, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.Configuration.AddInMemoryCollection(
        [
            .. settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)).Reverse().DistinctBy(s => s.Key),
            KeyValuePair.Create("ConnectionStrings:platform", (string?)"Host=127.0.0.1;Username=sure;Database=sure"),
            KeyValuePair.Create("ConnectionStrings:messaging", (string?)"amqp://127.0.0.1"),
        ]);
        builder.AddServiceDefaults();
        builder.AddBridgeService();
        return builder.Services.BuildServiceProvider();
    }
}
