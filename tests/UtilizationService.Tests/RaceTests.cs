using System.Net;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests;

/// <summary>Buyers who race for capacity: what fits is sold, to the last dollar and not one more.</summary>
public sealed class RaceTests(PostgresServer postgres)
{
    private const int Buyers = 64;
    private const int AttemptsEach = 3;

    /// <summary>Solana takes 0.10 of the capital: of 100 000 USD, 100 covers of 100 USD. The 101st would make it 10 100 / 100 000 = 0.101.</summary>
    private const int Fitting = 100;

    private static readonly Product Solana = new(CoverageType.SmartContract, Chain.Solana, Stablecoin.DAI);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Exactly_what_fits_is_sold_to_racing_buyers_whichever_instance_they_ask(int instances)
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var first = await UtilizationHost.StartAsync(postgres, database: database);
        await using var second = instances > 1 ? await UtilizationHost.StartAsync(postgres, database: database) : null;
        var hosts = second is null ? new[] { first } : [first, second];
        await first.FillAsync(100_000m);

        var bought = await Task.WhenAll(Enumerable.Range(0, Buyers).Select(i => BuyAsync(hosts[i % hosts.Length], i)));

        var answers = bought.SelectMany(a => a).ToList();
        Assert.Equal(Buyers * AttemptsEach, answers.Count);
        var sold = answers.Where(a => a.Status == HttpStatusCode.Created).ToList();
        Assert.Equal(Fitting, sold.Count);
        Assert.Equal(Fitting, sold.Select(a => (string)a["policy_id"]!).Distinct().Count());
        Assert.All(answers.Except(sold), refused =>
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
            var check = Assert.Single(refused["checks"].AsArray())!;
            Assert.Equal(("chain", "Solana", 0.101m, 0.10m), ((string?)check["check"], (string?)check["subject"], (decimal)check["value"]!, (decimal)check["limit"]!));
        });
        foreach (var host in hosts)
        {
            var pool = await UtilizationHost.GetAsync(host.Anonymous, "/api/v2/pool");
            Assert.Equal(
                (sold.Sum(a => (decimal)a["coverage_amount"]), Fitting), ((decimal)pool["coverage_sold_usd"], (int)pool["active_policies"]));
            Assert.True((bool)(await UtilizationHost.GetAsync(host.Operator, "/api/v2/ledger/check"))["agrees"]);
        }
    }

    private static async Task<IReadOnlyList<Answer>> BuyAsync(UtilizationHost host, int buyer)
    {
        var answers = new List<Answer>();
        for (var attempt = 0; attempt < AttemptsEach; attempt++)
        {
            answers.Add(await UtilizationHost.BindAsync(buyer % 3 == 0 ? host.Alice : host.Bob, host.Quote(100m, Solana)));
        }

        return answers;
    }
}
