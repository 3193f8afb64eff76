using Sure.Contracts.Vocabulary;
using Sure.RiskService.LossModel;

namespace Sure.RiskService.Tests.LossModel;

/// <summary>The simulated distribution against ones computed another way: convolution, quadrature, closed forms.</summary>
public sealed class ModelValidationTests
{
    private const double Rho = 0.30;
    private static readonly double Threshold05 = NormalDistribution.Quantile(0.05);

    /// <summary>
    /// 148 independent groups of one dollar: the count of events is binomial, and given k of them the loss is a sum of k severities. Their density
    /// on a grid is convolved k times (H. H. Panjer's setting without his recursion: S. Klugman, "Loss Models", 4th ed., §9.3).
    /// </summary>
    [Fact]
    public void An_independent_book_has_the_convolved_distribution()
    {
        const int Groups = 148;
        const double P = 0.02;
        const int PerDollar = 100;
        const int Most = 25;
        var beta = new BetaDistribution(3.5, 6.5);
        // Severities rounded to the nearest cent of the grid.
        var severity = Enumerable.Range(0, PerDollar + 1).Select(i => beta.Cdf((i + 0.5) / PerDollar) - beta.Cdf((i - 0.5) / PerDollar)).ToArray();
        var total = new double[(Most * PerDollar) + 1];
        var sum = new double[total.Length];
        sum[0] = 1;
        var weight = Math.Pow(1 - P, Groups);
        for (var k = 0; k <= Most; k++)
        {
            for (var i = 0; i < total.Length; i++)
                total[i] += weight * sum[i];
            weight *= P / (1 - P) * (Groups - k) / (k + 1);
            var next = new double[sum.Length];
            for (var i = 0; i < sum.Length; i++)
            {
                for (var j = 0; j <= PerDollar && i + j < sum.Length; j++)
                    next[i + j] += sum[i] * severity[j];
            }

            sum = next;
        }

        var found = Simulate(Books.Homogeneous(Groups, Books.DepegRate(P)), Books.Options());
        foreach (var (name, q, var, cvar) in new[] { ("95", 0.95, found.Var95, (Estimate?)found.Cvar95), ("99", 0.99, found.Var99, found.Cvar99), ("99.5", 0.995, found.Var995, null) })
        {
            var (below, at) = (0.0, -1);
            while (below < q)
                below += total[++at];
            var quantile = (double)at / PerDollar;
            var shortfall = Enumerable.Range(at + 1, total.Length - at - 1).Sum(i => total[i] * i / PerDollar);
            shortfall = (shortfall + ((below - q) * quantile)) / (1 - q);

            Report.Line($"independent VaR {name}: exact {quantile:F2}, simulated {var.Value:F4} ± {var.StandardError:F4}");
            // The grid is known to half a cell.
            Assert.Equal(quantile, var.Value, (3 * var.StandardError) + (0.5 / PerDollar));
            if (cvar is { } tail)
            {
                Report.Line($"independent CVaR {name}: exact {shortfall:F4}, simulated {tail.Value:F4} ± {tail.StandardError:F4}");
                Assert.Equal(shortfall, tail.Value, 3 * tail.StandardError);
            }
        }

        Assert.Equal(total[0], (double)found.WithoutLoss / found.Scenarios, 3 * Math.Sqrt(total[0] * (1 - total[0]) / found.Scenarios));
    }

    /// <summary>
    /// One factor, homogeneous: given G the groups are independent with p(G) = Φ((Φ⁻¹(p) − √ρ G)/√(1 − ρ)). Second moment and the probability of no
    /// event are integrals over G (O. Vasicek, "Loan portfolio value", Risk, December 2002), here by the trapezoid rule on ±9.
    /// </summary>
    [Theory]
    [InlineData(148)]
    [InlineData(500)]
    [InlineData(2000)]
    public void A_one_factor_book_has_the_moments_of_the_finite_portfolio(int groups)
    {
        var found = Simulate(Books.Homogeneous(groups, Books.DepegRate(0.05)), Books.Options(global: Rho, scenarios: 100_000));
        var none = Expectation(g => Math.Pow(1 - Conditional(g), groups));
        var share = (double)found.WithoutLoss / found.Scenarios;
        var error = Math.Sqrt(none * (1 - none) / found.Scenarios);
        // Var L = n E[S²] p + n(n − 1) m² E[p(G)²] − (n p m)²; m = 0.35, E[S²] = m² + m(1 − m)/11.
        var square = (0.35 * 0.35) + (0.35 * 0.65 / 11);
        var pair = Expectation(g => Conditional(g) * Conditional(g));
        var deviation = Math.Sqrt((groups * square * 0.05) + (groups * (groups - 1.0) * 0.35 * 0.35 * pair) - Math.Pow(groups * 0.05 * 0.35, 2));

        Report.Line($"one factor, {groups}: P(no event) exact {none:F5}, simulated {share:F5} ± {error:F5}");
        Report.Line($"one factor, {groups}: mean exact {groups * 0.05 * 0.35:F4}, simulated {found.ExpectedLoss.Value:F4} ± {found.ExpectedLoss.StandardError:F4}");
        Report.Line($"one factor, {groups}: standard deviation exact {deviation:F4}, simulated {found.ExpectedLoss.StandardError * Math.Sqrt(found.Scenarios):F4}");
        Assert.Equal(none, share, 3 * error);
        Assert.Equal(groups * 0.05 * 0.35, found.ExpectedLoss.Value, 3 * found.ExpectedLoss.StandardError);
        // The relative error of a standard deviation is √((κ − 1)/4n); κ < 40 for these losses.
        Assert.Equal(deviation, found.ExpectedLoss.StandardError * Math.Sqrt(found.Scenarios), 3 * deviation * Math.Sqrt(39.0 / (4 * found.Scenarios)));
    }

    /// <summary>
    /// Growing, the share of events tends to p(G), whose q-quantile is Vasicek's Φ((Φ⁻¹(p) + √ρ Φ⁻¹(q))/√(1 − ρ)); what a finite book adds is of the
    /// order 1/n (granularity adjustment: T. Wilde, Risk, August 2001): the finite 99 % quantile is found exactly by the conditional normal law.
    /// </summary>
    [Theory]
    [InlineData(148)]
    [InlineData(500)]
    [InlineData(2000)]
    public void A_growing_book_tends_to_Vasicek(int groups)
    {
        var found = Simulate(Books.Homogeneous(groups, Books.DepegRate(0.05)), Books.Options(global: Rho, scenarios: 100_000));
        var limit = 0.35 * NormalDistribution.Cdf((Threshold05 + (Math.Sqrt(Rho) * NormalDistribution.Quantile(0.99))) / Math.Sqrt(1 - Rho));
        var square = (0.35 * 0.35) + (0.35 * 0.65 / 11);
        var (low, high) = (0.0, 0.35);
        while (high - low > 1e-10)
        {
            var x = (low + high) / 2;
            var below = Expectation(g =>
            {
                var p = Conditional(g);
                var spread = Math.Sqrt(((square * p) - (0.35 * 0.35 * p * p)) / groups);
                return NormalDistribution.Cdf((x - (0.35 * p)) / spread);
            });
            (low, high) = below < 0.99 ? (x, high) : (low, x);
        }

        var (value, error) = (found.Var99.Value / groups, found.Var99.StandardError / groups);
        Report.Line($"one factor, {groups}: VaR 99 per dollar finite {low:F5}, simulated {value:F5} ± {error:F5}, Vasicek {limit:F5}");
        Assert.Equal(low, value, 3 * error);
        // The finite quantile's own distance from the limit shrinks with 1/n.
        Assert.Equal(limit, value, (3 * error) + (0.5 / groups));
    }

    /// <summary>
    /// Two groups under the t copula: P(both) = E[P(both | W)], the normal probability again an integral over the common factor. Integrated over χ²₄ with
    /// density x e^(−x/2)/4. See <see cref="JointProbability"/>.
    /// </summary>
    [Theory]
    [InlineData(0.05)]
    [InlineData(0.01)]
    public void A_pair_under_the_t_copula_has_the_integrated_joint_probability(double p)
    {
        const int Scenarios = 1_000_000;
        var c = new StudentDistribution(4).Quantile(p);
        const double Step = 0.01;
        var joint = 0.0;
        for (var root = Step / 2; root < 9; root += Step)
        {
            // x = root², dx = 2 root d(root).
            var x = root * root;
            var threshold = c * root / 2;
            var both = Expectation(g => Math.Pow(NormalDistribution.Cdf((threshold - (Math.Sqrt(Rho) * g)) / Math.Sqrt(1 - Rho)), 2), 0.05);
            joint += Step * 2 * root * (x * Math.Exp(-x / 2) / 4) * both;
        }

        var simulated = JointProbability(p, Scenarios);
        var error = Math.Sqrt(joint / Scenarios);
        var tail = 2 * new StudentDistribution(5).Cdf(-Math.Sqrt(5 * (1 - Rho) / (1 + Rho)));

        Report.Line($"t pair, p {p}: joint exact {joint:F6}, simulated {simulated:F6} ± {error:F6}; joint/p {joint / p:F4}, tail dependence {tail:F4}");
        Assert.Equal(joint, simulated, 3 * error);
        // P(both)/p falls to the coefficient as p falls (S. Demarta, A. McNeil, "The t copula and related copulas", 2005).
        Assert.True(joint / p > tail);
    }

    /// <summary>Deep in the tail the conditional probability is the coefficient of tail dependence; at one event in two thousand years it is near it.</summary>
    [Fact]
    public void Events_of_a_t_copula_come_together_as_the_tail_dependence_says()
    {
        const double P = 0.0005;
        const int Scenarios = 4_000_000;
        var joint = JointProbability(P, Scenarios);
        var error = Math.Sqrt(joint / Scenarios) / P;
        var tail = 2 * new StudentDistribution(5).Cdf(-Math.Sqrt(5 * (1 - Rho) / (1 + Rho)));

        Report.Line($"t pair, p {P}: joint/p {joint / P:F4} ± {error:F4}, tail dependence {tail:F4}");
        // At this p the convergence, of order p^(2/ν), still leaves about two hundredths.
        Assert.Equal(tail, joint / P, (3 * error) + 0.02);
    }

    /// <summary>The tranches and what exceeds them share the expected loss; a tranche's is ∫ P(L &gt; x) dx over its layer (Klugman, §3.5).</summary>
    [Fact]
    public void The_tranches_bear_the_integral_of_the_exceedance_over_their_layer()
    {
        var capital = new Dictionary<Tranche, decimal>
        {
            [Tranche.Equity] = 3,
            [Tranche.JuniorPlus] = 3,
            [Tranche.Junior] = 6,
            [Tranche.Mezzanine] = 10,
            [Tranche.Senior] = 15,
            [Tranche.Bitcoin] = 63,
        };
        const int Groups = 100;
        var found = LossEngine.Simulate(Books.Homogeneous(Groups, Books.DepegRate(0.05)), 365, capital, Books.Options(global: Rho), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(Groups * 0.05 * 0.35, found.Tranches.Sum(t => t.ExpectedLoss.Value), 3 * found.ExpectedLoss.StandardError);
        Assert.Equal(Words<Tranche>.Members.Reverse(), found.Tranches.Select(t => t.Tranche));
        Assert.Equal(1 - ((double)found.WithoutLoss / found.Scenarios), found.Tranches[0].ProbabilityTouched);
        foreach (var (junior, senior) in found.Tranches.Zip(found.Tranches.Skip(1)))
        {
            // A senior tranche is touched only when the junior one is gone.
            Assert.True(senior.ProbabilityTouched <= junior.ProbabilityWipedOut);
            Assert.True(senior.ExpectedLoss.Value / senior.CapitalUsd <= junior.ExpectedLoss.Value / junior.CapitalUsd);
        }
    }

    /// <summary>
    /// Layers of an exponential loss with mean 100 in closed form, 100 (e^(−a/100) − e^(−b/100)), over capital 50/50/100/150/250/400: the losses are its
    /// quantiles at the middles of a million equal cells.
    /// </summary>
    [Fact]
    public void The_waterfall_of_exponential_losses_has_its_closed_form()
    {
        const int Cells = 1_000_000;
        var losses = Enumerable.Range(0, Cells).Select(i => -100e6 * Math.Log(1 - ((i + 0.5) / Cells))).ToArray();
        double[] expected = [39.34693403, 23.86512185, 23.25441579, 10.51378998, 2.771863125, 0.2433352247];

        foreach (var (tranche, value) in TrancheView.Of(losses, Books.Capital).Zip(expected))
            Assert.Equal(value, tranche.ExpectedLoss.Value / 1e6, 1e-3);
    }

    /// <summary>How often both of two groups pay: with severities narrowly about 0.99, that is how often the loss reaches one dollar and a half.</summary>
    private static double JointProbability(double p, int scenarios)
    {
        var options = Books.Options(global: Rho, copula: Copula.T, scenarios: scenarios);
        options.DepegSeverity = 0.99;
        options.SeverityPrecision = 1000;
        var rate = -Math.Log(1 - p) * options.DepegSeverity / options.TargetLossRatio;
        var capital = new Dictionary<Tranche, decimal> { [Tranche.Equity] = 1.5m };
        return LossEngine.Simulate(Books.Homogeneous(2, rate), 365, capital, options).Tranches[0].ProbabilityWipedOut;
    }

    private static LossDistribution Simulate(IReadOnlyList<TriggerGroup> groups, LossModelOptions options) =>
        LossEngine.Simulate(groups, 365, Books.Capital, options);

    private static double Conditional(double g) => NormalDistribution.Cdf((Threshold05 - (Math.Sqrt(Rho) * g)) / Math.Sqrt(1 - Rho));

    /// <summary>E[f(G)] for a standard normal G.</summary>
    private static double Expectation(Func<double, double> f, double step = 0.005)
    {
        var sum = 0.0;
        for (var g = -9.0; g <= 9; g += step)
            sum += f(g) * NormalDistribution.Density(g) * step;
        return sum;
    }
}
