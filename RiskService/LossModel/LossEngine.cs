using Sure.Contracts.Vocabulary;

namespace Sure.RiskService.LossModel;

/// <summary>
/// The factor-copula Monte Carlo of 1-domain §8; docs/models/loss-model.md. Pure: the same groups, horizon and options give the same figures, bit
/// for bit, whatever the number of threads. Scenarios of different horizons share their random numbers, so that a longer horizon never loses less.
/// </summary>
/// <remarks>
/// Kept per scenario is its loss, 8 bytes – VaR is an order statistic – and nothing else: the scenarios of the tail are made a second time for the
/// contributions. Everything else has the size of the book.
/// </remarks>
public static class LossEngine
{
    /// <summary>Scenarios a thread takes at a time; a multiple of the lanes.</summary>
    private const int BlockLength = 1024;

    /// <summary>Vectors of tail scenarios whose contributions are summed before they are added up, in order.</summary>
    private const int TailChunk = 64;

    private const decimal TailLevel = 0.99m;

    /// <summary>Simulates one horizon.</summary>
    /// <param name="groups">The book; groups without exposure or rate cost nothing.</param>
    /// <param name="horizonDays">Days, &gt; 0.</param>
    /// <param name="capital">Capital of the tranches in dollars, ≥ 0; a tranche that is missing has none.</param>
    /// <param name="options">The model; must be valid.</param>
    /// <param name="maxThreads">Threads at most; 0 for one per core. They run at low priority: <see cref="QuietThreads"/>.</param>
    /// <param name="cancellationToken">Checked between blocks of scenarios.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static LossDistribution Simulate(
        IReadOnlyList<TriggerGroup> groups,
        int horizonDays,
        IReadOnlyDictionary<Tranche, decimal> capital,
        LossModelOptions options,
        int maxThreads = 0,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(horizonDays);
        ArgumentOutOfRangeException.ThrowIfNegative(maxThreads);
        var threads = maxThreads == 0 ? Environment.ProcessorCount : maxThreads;
        TriggerGroup[] exposed = [.. groups.Where(g => g is { ExposureUsd: > 0, StandardRate: > 0 })];
        var kernel = new ScenarioKernel(exposed, horizonDays, options);

        var losses = Losses(kernel, options.Scenarios, threads, cancellationToken);
        var ascending = losses.AsSpan(0, options.Scenarios).ToArray();
        Array.Sort(ascending);
        var tail = TailByGroup(kernel, exposed.Length, losses, ascending, threads, cancellationToken);

        return new LossDistribution(
            horizonDays,
            options.Scenarios,
            LossStatistics.Mean(ascending),
            LossStatistics.Var(ascending, 0.95m),
            LossStatistics.Var(ascending, TailLevel),
            LossStatistics.Var(ascending, 0.995m),
            LossStatistics.Cvar(ascending, 0.95m),
            LossStatistics.Cvar(ascending, TailLevel),
            ascending[^1],
            ascending.AsSpan().LastIndexOf(0.0) + 1,
            LossStatistics.Histogram(ascending),
            Contributions(exposed, tail),
            TrancheView.Of(ascending, capital));
    }

    /// <summary>The loss of each scenario; the last lanes may lie beyond those asked for.</summary>
    private static double[] Losses(ScenarioKernel kernel, int scenarios, int threads, CancellationToken cancellationToken)
    {
        var losses = new double[(scenarios + ScenarioKernel.Lanes - 1) / ScenarioKernel.Lanes * ScenarioKernel.Lanes];
        QuietThreads.For((losses.Length + BlockLength - 1) / BlockLength, threads, block =>
        {
            var end = Math.Min(losses.Length, (block + 1) * BlockLength);
            for (var first = block * BlockLength; first < end; first += ScenarioKernel.Lanes)
                kernel.Add(first, losses.AsSpan(first, ScenarioKernel.Lanes));
        }, cancellationToken);
        return losses;
    }

    /// <summary>Each group's part of the CVaR at <see cref="TailLevel"/>: its mean loss over the scenarios of the tail.</summary>
    private static double[] TailByGroup(
        ScenarioKernel kernel, int groups, double[] losses, double[] ascending, int threads, CancellationToken cancellationToken)
    {
        var rank = LossStatistics.Rank(TailLevel, ascending.Length);
        var threshold = ascending[rank];
        // Of scenarios with exactly the loss at the threshold only some belong to the tail: all of them count in part.
        var above = ascending.Length - 1 - ascending.AsSpan().LastIndexOf(threshold);
        var equal = ascending.Length - above - ascending.AsSpan().IndexOf(threshold);
        var size = ascending.Length - rank;
        var weightAbove = 1.0 / size;
        var weightEqual = (double)(size - above) / equal / size;

        double Weight(int scenario) =>
            scenario >= ascending.Length || losses[scenario] < threshold ? 0 : losses[scenario] > threshold ? weightAbove : weightEqual;

        // A scenario without loss has nothing to contribute.
        int[] vectors =
        [
            .. Enumerable.Range(0, losses.Length / ScenarioKernel.Lanes).Where(v =>
                Enumerable.Range(v * ScenarioKernel.Lanes, ScenarioKernel.Lanes).Any(s => losses[s] > 0 && Weight(s) > 0)),
        ];
        var chunks = new double[(vectors.Length + TailChunk - 1) / TailChunk][];
        QuietThreads.For(chunks.Length, threads, chunk =>
        {
            var sums = chunks[chunk] = new double[groups];
            Span<double> weights = stackalloc double[ScenarioKernel.Lanes];
            foreach (var vector in vectors.AsSpan()[(chunk * TailChunk)..Math.Min(vectors.Length, (chunk + 1) * TailChunk)])
            {
                var first = vector * ScenarioKernel.Lanes;
                for (var lane = 0; lane < weights.Length; lane++)
                    weights[lane] = Weight(first + lane);
                kernel.AddByGroup(first, weights, sums);
            }
        }, cancellationToken);

        var result = new double[groups];
        foreach (var sums in chunks)
        {
            for (var group = 0; group < groups; group++)
                result[group] += sums[group];
        }

        return result;
    }

    private static TailContributions Contributions(TriggerGroup[] groups, double[] tail)
    {
        var products = groups.Zip(tail, (g, t) => g.Products.Select(p => KeyValuePair.Create(p.Key, t * p.Value / g.ExposureUsd)))
            .SelectMany(p => p).ToList();
        return new TailContributions(By(p => p), By(p => p.CoverageType), By(p => p.Chain), By(p => p.Stablecoin));

        Dictionary<T, double> By<T>(Func<Product, T> dimension)
            where T : struct =>
            products.GroupBy(p => dimension(p.Key)).ToDictionary(g => g.Key, g => g.Sum(p => p.Value));
    }
}
