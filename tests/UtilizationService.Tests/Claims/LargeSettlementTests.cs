using System.Net;
using System.Text.Json.Nodes;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;
using Sure.UtilizationService.Claims;
using Sure.UtilizationService.Claims.Evidence;
using Sure.UtilizationService.Claims.Rules;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests.Claims;

/// <summary>Many policies that pay at once, each on all the points of a day.</summary>
public sealed class LargeSettlementTests(PostgresServer postgres)
{
    private const int Policies = 120;

    private static readonly Product Depeg = new(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC);

    /// <summary>Three lists of 9 000 points do not fit under 20 000, one of 25 000 goes alone; of decisions without points 100 fit.</summary>
    [Fact]
    public void A_transaction_has_neither_too_many_decisions_nor_too_many_points()
    {
        int[] points = [9_000, 9_000, 9_000, 25_000, 1, .. Enumerable.Repeat(0, 150)];

        var batches = Settlement.Batches(points.Select(Resting)).Select(b => b.Count);

        Assert.Equal([2, 1, 1, 100, 51], batches);
    }

    /// <summary>A day at 0.935 pays (0.97 − 0.935) / (0.97 − 0.90) = 1/2 of 100 USD, on a point a minute: 1 441 with both ends.</summary>
    [Fact]
    public async Task A_hundred_policies_of_a_day_of_dwell_time_are_all_paid_with_all_of_their_points()
    {
        var clock = new MovableClock();
        await using var host = await UtilizationHost.StartAsync(postgres, clock);
        await host.FillAsync();
        var terms = PolicyTerms.DepegDefault with { DwellHours = 24 };
        for (var i = 0; i < Policies; i++)
        {
            Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.BindAsync(host.Alice, host.Quote(100m, Depeg, terms: terms))).Status);
        }

        var points = new List<IPlatformEvent>();
        for (var minute = 0; minute <= 24 * 60; minute++)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            points.Add(host.Price(Stablecoin.USDC, Enumerable.Repeat(0.935m, 7).ToArray()));
        }

        host.Tell(points);

        IReadOnlyList<JsonNode> paid = [];
        await UtilizationHost.EventuallyAsync(
            async () =>
            {
                var page = await UtilizationHost.GetAsync(host.Alice, "/api/v2/claims?status=paid&limit=200");
                paid = [.. page["items"].AsArray().OfType<JsonNode>()];
                return paid.Count == Policies;
            },
            "all policies to be paid");
        Assert.All(paid, claim => Assert.Equal(50m, (decimal)claim["payout_usd"]!));
        var evidence = await UtilizationHost.GetAsync(host.Alice, $"/api/v2/claims/{paid[0]["claim_id"]}/evidence");
        Assert.Equal(1_441, evidence["body"]["points"]!.AsArray().Count);
        Assert.Equal((string?)evidence["hash"], EvidenceChain.HashOf((string)evidence["previous_hash"]!, CanonicalJson.Write(evidence["body"])));
        Assert.Equal((string?)paid[0]["evidence_hash"], (string?)evidence["hash"]);
    }

    private static Finding Resting(int points) => new Finding.NotMet(
        Policy: null!,
        "",
        new DecisionBasis("depeg", new Dictionary<string, decimal>())
        {
            Points = [.. Enumerable.Repeat(new ConsensusPoint(1, default, PegRatio: null, Consensus: null, []), points)],
        });
}
