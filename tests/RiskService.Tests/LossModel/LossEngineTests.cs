using System.Diagnostics;
using System.Security.Cryptography;
using Sure.Contracts.Vocabulary;
using Sure.RiskService.Exposures;
using Sure.RiskService.LossModel;
using Sure.TestServers;

namespace Sure.RiskService.Tests.LossModel;

/// <summary>What must hold of every simulation.</summary>
public sealed class LossEngineTests
{
    private static readonly LossModelOptions Default = new();

    [Fact]
    public void There_are_148_groups()
    {
        var groups = TriggerGroups.Of(Books.Full);

        Assert.Equal(148, groups.Count);
        Assert.Equal(
            [14, 98, 14, 8, 14],
            Words<CoverageType>.Members.Select(t => groups.Count(g => g.Key.CoverageType == t)));
        Assert.Equal((double)Books.Full.Sum(p => p.CoverageUsd), groups.Sum(g => g.ExposureUsd), 1e-3);
    }

    [Fact]
    public void A_group_has_the_exposure_weighted_rate()
    {
        var product = new Product(CoverageType.Bridge, Chain.TON, Stablecoin.USDC);
        var group = Assert.Single(TriggerGroups.Of(
        [
            Books.Policy(product, 100m, 0.02m), Books.Policy(product with { Stablecoin = Stablecoin.DAI }, 300m, 0.04m),
        ]));

        Assert.Equal(0.035, group.StandardRate, 1e-15);
        // λ = 0.40 · 0.035 / 0.80.
        Assert.Equal(1 - Math.Exp(-0.0175 * 30 / 365), group.EventProbability(30, Default), 1e-15);
    }

    public static TheoryData<string, double, double, double, double, Copula> Configurations => new()
    {
        { "independent", 0, 0, 0, 0, Copula.Gaussian },
        { "global", 0.3, 0, 0, 0, Copula.Gaussian },
        { "type", 0, 0.3, 0, 0, Copula.Gaussian },
        { "chain", 0, 0, 0.3, 0, Copula.Gaussian },
        { "coin", 0, 0, 0, 0.3, Copula.Gaussian },
        { "default Gaussian", 0.10, 0.15, 0.10, 0.25, Copula.Gaussian },
        { "t alone", 0, 0, 0, 0, Copula.T },
        { "default t", 0.10, 0.15, 0.10, 0.25, Copula.T },
    };

    /// <summary>E[L] = Σ p·m·E whatever the dependence: expectation is linear (1-domain §8).</summary>
    [Theory]
    [MemberData(nameof(Configurations))]
    public void The_expected_loss_is_the_sum_of_those_of_the_groups(string name, double global, double type, double chain, double coin, Copula copula)
    {
        foreach (var days in LossModelOptions.HorizonsDays)
        {
            var options = Books.Options(global, type, chain, coin, copula);
            var expected = TriggerGroups.Of(Books.Full)
                .Sum(g => g.EventProbability(days, options) * options.MeanSeverity(g.Key.CoverageType) * g.ExposureUsd);
            var found = Books.Simulate(Books.Full, options, days).ExpectedLoss;

            Report.Line($"expected loss, {name}, {days} days: {expected:F1}, simulated {found.Value:F1} ± {found.StandardError:F1}");
            Assert.Equal(expected, found.Value, 3 * found.StandardError);
        }
    }

    [Fact]
    public void One_thread_or_eight_give_the_same_bits()
    {
        var one = Books.Simulate(Books.Full, Default, threads: 1);
        var eight = Books.Simulate(Books.Full, Default, threads: 8);

        Assert.Equal(Bits(one), Bits(eight));
        Assert.NotEqual(Bits(one), Bits(Books.Simulate(Books.Full, new LossModelOptions { Seed = 1 })));
    }

    /// <summary>Whatever the processor offers: the same answer to the last bit from registers of half the width, without fused operations, or in software.</summary>
    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public async Task Registers_of_another_width_give_the_same_bits(string feature)
    {
        string[] arguments =
        [
            "exec", typeof(LossEngineTests).Assembly.Location, "-method", $"*.{nameof(LossEngineTests)}.{nameof(The_figures_of_a_seed)}", "-showLiveOutput", "-noColor",
        ];
        var run = await Tool.RunAsync(
            new ProcessStartInfo("dotnet", arguments) { Environment = { [feature] = "0" } }, TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains(FiguresOfASeed(), run.Output, StringComparison.Ordinal);
    }

    /// <summary>Told to <see cref="Registers_of_another_width_give_the_same_bits"/> by a process of its own.</summary>
    [Fact]
    public void The_figures_of_a_seed()
    {
        var figures = FiguresOfASeed();

        Report.Line(figures);
        Assert.Equal(figures, FiguresOfASeed());
    }

    /// <summary>Losses of many sizes with many ties, none at all, and all the same.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    public void The_upper_tail_is_that_of_the_sorted_losses(int sizes)
    {
        const int Losses = 10_000;
        var random = new Random(20_230_311);
        var losses = Enumerable.Range(0, Losses).Select(_ => sizes == 0 ? 0 : Math.ScaleB(1000, random.Next(sizes)) * random.Next(1, 1 + sizes)).ToArray();
        double[] sorted = [.. losses.Order()];
        foreach (var rank in new[] { 0, 4_000, 9_472, Losses - 1 })
        {
            var tail = UpperTail.From(losses, rank);
            var loss = sorted[rank];

            Assert.Equal(sorted.Skip(rank), tail.Above(rank).ToArray());
            Assert.Equal((sorted.Count(l => l > loss), sorted.Count(l => l == loss)), tail.Count(loss));
            Assert.Equal((Losses, loss, sorted[^1]), (tail.SampleSize, tail[rank], tail.Worst));
        }
    }

    [Fact]
    public void Contributions_add_up_to_the_shortfall()
    {
        foreach (var days in LossModelOptions.HorizonsDays)
        {
            var found = Books.Simulate(Books.Full, Default, days);
            var tolerance = 1e-9 * found.Cvar99.Value;

            Assert.Equal(found.Cvar99.Value, found.Contributions.ByProduct.Values.Sum(), tolerance);
            Assert.Equal(found.Cvar99.Value, found.Contributions.ByCoverageType.Values.Sum(), tolerance);
            Assert.Equal(found.Cvar99.Value, found.Contributions.ByChain.Values.Sum(), tolerance);
            Assert.Equal(found.Cvar99.Value, found.Contributions.ByStablecoin.Values.Sum(), tolerance);
            Assert.Equal(560, found.Contributions.ByProduct.Count);
        }
    }

    [Fact]
    public void Figures_are_in_order()
    {
        foreach (var days in LossModelOptions.HorizonsDays)
        {
            var found = Books.Simulate(Books.Full, Default, days);

            Assert.True(found.Cvar95.Value >= found.Var95.Value && found.Cvar99.Value >= found.Var99.Value);
            Assert.True(found.Var95.Value <= found.Var99.Value && found.Var99.Value <= found.Var995.Value && found.Var995.Value <= found.WorstUsd);
            Assert.Equal(found.Scenarios, found.WithoutLoss + found.Histogram.Sum(b => b.Scenarios));
        }
    }

    /// <summary>P. Artzner et al., "Coherent measures of risk", Math. Finance 9 (1999): expected shortfall of a sum is at most the sum of the shortfalls.</summary>
    [Fact]
    public void Shortfall_is_subadditive()
    {
        foreach (var type in Words<CoverageType>.Members)
        {
            var part = Books.Simulate(Books.Full.Where(p => p.CoverageType == type), Default);
            var rest = Books.Simulate(Books.Full.Where(p => p.CoverageType != type), Default);
            var whole = Books.Simulate(Books.Full, Default);

            // Groups keep their random numbers, so it holds scenario by scenario and not only on average.
            Assert.True(whole.Cvar99.Value <= (part.Cvar99.Value + rest.Cvar99.Value) * (1 + 1e-12));
            Assert.True(whole.Cvar95.Value <= (part.Cvar95.Value + rest.Cvar95.Value) * (1 + 1e-12));
        }
    }

    [Fact]
    public void More_cover_never_loses_less()
    {
        var less = Books.Simulate(Books.Full, Default);
        var more = Books.Simulate(Books.Full.Select((p, i) => i % 5 == 0 ? p with { CoverageUsd = p.CoverageUsd * 2 } : p).Select(Sole), Default);
        var same = Books.Simulate(Books.Full.Select(Sole), Default);

        Assert.True(more.ExpectedLoss.Value > same.ExpectedLoss.Value && more.Var99.Value >= same.Var99.Value && more.Cvar99.Value > same.Cvar99.Value);
        Assert.True(more.Var95.Value >= same.Var95.Value && more.WorstUsd >= same.WorstUsd);
        Assert.True(less.ExpectedLoss.Value > 0);

        // One rate for all, so that more cover does not change the weight of a rate.
        static Cover Sole(Cover policy) => policy with { StandardRate = 0.012m };
    }

    [Fact]
    public void A_longer_horizon_never_loses_less()
    {
        var found = LossModelOptions.HorizonsDays.Select(days => Books.Simulate(Books.Full, Default, days)).ToList();

        Assert.Equal(found.OrderBy(f => f.Cvar99.Value), found);
        Assert.Equal(found.OrderBy(f => f.WorstUsd), found);
    }

    [Fact]
    public void An_empty_book_loses_nothing()
    {
        var found = Books.Simulate([], Default);

        Assert.Equal((0.0, 0.0, 0.0), (found.ExpectedLoss.Value, found.Cvar99.Value, found.WorstUsd));
        Assert.Equal(found.Scenarios, found.WithoutLoss);
        Assert.Empty(found.Histogram);
    }

    [Fact]
    public void A_cancelled_simulation_ends()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        Assert.Throws<OperationCanceledException>(() =>
            LossEngine.Simulate(TriggerGroups.Of(Books.Full), 365, Books.Capital, Default, cancellationToken: cancelled.Token));
    }

    private static string FiguresOfASeed()
    {
        var bits = Bits(Books.Simulate(Books.Full, Books.Options(0.10, 0.15, 0.10, 0.25, Copula.T, scenarios: 20_000))).SelectMany(BitConverter.GetBytes);
        return $"figures of the seed: {Convert.ToHexString(SHA256.HashData([.. bits]))}";
    }

    private static IEnumerable<long> Bits(LossDistribution found) =>
        new[]
            {
                found.ExpectedLoss, found.Var95, found.Var99, found.Var995, found.Cvar95, found.Cvar99,
            }
            .SelectMany(e => new[] { e.Value, e.StandardError })
            .Append(found.WorstUsd)
            .Concat(found.Contributions.ByProduct.Values)
            .Concat(found.Tranches.SelectMany(t => new[] { t.ExpectedLoss.Value, t.ProbabilityTouched, t.ProbabilityWipedOut }))
            .Select(BitConverter.DoubleToInt64Bits);
}
