using System.Net;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests;

/// <summary>From a sale to the broker: every fact, in the order of its number.</summary>
[Collection(typeof(OnTheBroker))]
public sealed class OutboxRelayTests(PostgresServer postgres, RabbitMqServer rabbit)
{
    private const int Sales = 200;
    private const int Buyers = 16;

    private static readonly Product Depeg = new(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC);

    [Fact]
    public async Task Every_sale_is_told_once_in_order_and_numbered_without_gaps()
    {
        await rabbit.StartAsync();
        await using var reader = await ExchangeReader.OpenAsync(rabbit.ConnectionString, "utilizationservice");
        await using var host = await UtilizationHost.StartAsync(
            postgres, settings: new Dictionary<string, string?> { ["ConnectionStrings:messaging"] = rabbit.ConnectionString });
        await host.FillAsync();

        var sold = await Task.WhenAll(Enumerable.Range(0, Buyers).Select(_ => BuyAsync(host, Sales / Buyers)));

        var expected = sold.SelectMany(ids => ids).ToHashSet();
        await UtilizationHost.EventuallyAsync(
            () => Task.FromResult(SoldIn(reader).Distinct().Count() >= expected.Count), "every sale to be told");
        Assert.Equal(expected, SoldIn(reader).ToHashSet());
        var sequences = reader.Envelopes.Select(e => (long)e["sequence"]!).ToList();
        Assert.Equal(Enumerable.Range(1, sequences.Count).Select(i => (long)i), sequences);
    }

    private static IEnumerable<string> SoldIn(ExchangeReader reader) => reader.Envelopes
        .Where(e => (string?)e["type"] == nameof(PolicyBound))
        .Select(e => (string)e["data"]!["policy_id"]!);

    private static async Task<IReadOnlyList<string>> BuyAsync(UtilizationHost host, int sales)
    {
        var bought = new List<string>();
        for (var i = 0; i < sales; i++)
        {
            var answer = await UtilizationHost.BindAsync(host.Alice, host.Quote(100m, Depeg));
            Assert.Equal(HttpStatusCode.Created, answer.Status);
            bought.Add((string)answer["policy_id"]!);
        }

        return bought;
    }
}
