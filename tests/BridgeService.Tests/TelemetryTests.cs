using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Sure.BridgeService.Tests.Hosts;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;

namespace Sure.BridgeService.Tests;

/// <summary>What operators see of the last cycle.</summary>
public sealed class TelemetryTests(PostgresServer postgres)
{
    private const string Orbit = "orbit_eth_ton";

    /// <summary>Nothing is sold, and where there is cover nothing withdrawn, while a figure is missing: that must be seen, and not only the figures.</summary>
    [Fact]
    public async Task What_is_not_known_of_a_bridge_or_a_coin_is_told_of_every_one()
    {
        await using var host = await BridgeHost.StartAsync(postgres);
        await host.CycleAsync();
        Assert.Equal(Bridge.All.ToDictionary(b => b.Id, _ => 0d), Read(host, "sure.bridge.known"));
        Assert.Equal(Words<Stablecoin>.Members.ToDictionary(c => c.Word(), _ => 0d), Read(host, "sure.price.known"));

        // Of both yield-bearing coins three say a price. What the one can be redeemed for one says, the other two: one alone is not believed.
        var at = host.Seconds();
        await host.PostAsync(
        [
            new { source = "one", kind = "bridge", bridge_id = Orbit, tvl_usd = 5m, observed_at = at },
            .. from coin in new[] { "USDC", "sUSDe", "USDY" }
               from source in new[] { "one", "two", "three" }
               select new { source, kind = "price", stablecoin = coin, value = 1m, observed_at = at },
            .. new[] { ("one", "sUSDe"), ("one", "USDY"), ("two", "USDY") }
                .Select(n => new { source = n.Item1, kind = "nav", stablecoin = n.Item2, value = 1m, observed_at = at }),
        ]);
        await host.CycleAsync();

        Assert.Equal([Orbit], Read(host, "sure.bridge.known").Where(b => b.Value == 1).Select(b => b.Key));
        Assert.Equal(3, Read(host, "sure.price.sources")["sUSDe"]);
        Assert.Equal(1, Read(host, "sure.price.peg_ratio")["sUSDe"]);
        Assert.Equal(["USDC", "USDY"], Read(host, "sure.price.known").Where(c => c.Value == 1).Select(c => c.Key).Order(StringComparer.Ordinal));

        await host.CycleAsync(TimeSpan.FromMinutes(10));

        Assert.DoesNotContain(Orbit, Read(host, "sure.bridge.health"));
        Assert.Equal(0, Read(host, "sure.bridge.known")[Orbit]);
        Assert.Equal(0, Read(host, "sure.price.known")["USDC"]);
    }

    /// <summary>A gauge of the service by what its only tag says.</summary>
    private static Dictionary<string, double> Read(BridgeHost host, string gauge)
    {
        var read = new Dictionary<string, double>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Name == gauge && ReferenceEquals(instrument.Meter.Scope, host.Services.GetRequiredService<IMeterFactory>()))
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) => read.Add((string)Assert.Single(tags.ToArray()).Value!, value));
        listener.Start();
        listener.RecordObservableInstruments();
        return read;
    }
}
