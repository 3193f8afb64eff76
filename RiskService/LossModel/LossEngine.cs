using Sure.Contracts.Vocabulary;

namespace Sure.RiskService.LossModel;

/// <summary>
/// The factor-copula Monte Carlo of 1-domain §8; docs/models/loss-model.md. Pure: the same groups, horizon and options give the same figures, bit
/// for bit, whatever the number of threads. Scenarios of different horizons share their random numbers, so that a longer horizon never loses less.
/// </summary>
/// <remarks>
/// Kept per scenario is its loss, 8 bytes, and the greatest twentieth of them a second time, sorted – VaR is an order statistic; the scenarios of the tail
/// are made a second time for the contributions. Everything else has the size of the book.
/// </remarks>
public static class LossEngine
{
    /// <summary>Scenarios a thread takes at a time; a multiple of the lanes.</summary>
    private const int BlockLength = 1024;

    /// <summary>Scenarios of the tail whose contributions are summed before they are added up, in order; a multiple of the lanes.</summary>
    private const int TailChunk = 512;

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
        var tail = LossStatistics.Tail(losses, 0.95m);
        var tailByGroup = TailByGroup(kernel, exposed.Length, losses, tail, threads, cancellationToken);

        return new LossDistribution(
            horizonDays,
            options.Scenarios,
            LossStatistics.Mean(losses),
            LossStatistics.Var(tail, 0.95m),
            LossStatistics.Var(tail, TailLevel),
            LossStatistics.Var(tail, 0.995m),
            LossStatistics.Cvar(tail, 0.95m),
            LossStatistics.Cvar(tail, TailLevel),
            tail.Worst,
            losses.Count(0.0),
            LossStatistics.Histogram(losses, tail.Worst),
            Contributions(exposed, tailByGroup),
            TrancheView.Of(losses, capital));
    }

    private static double[] Losses(ScenarioKernel kernel, int scenarios, int threads, CancellationToken cancellationToken)
    {
        var losses = new double[scenarios];
        QuietThreads.For((scenarios + BlockLength - 1) / BlockLength, threads, block =>
        {
            Span<double> lanes = stackalloc double[ScenarioKernel.Lanes];
            var end = Math.Min(scenarios, (block + 1) * BlockLength);
            for (var first = block * BlockLength; first < end; first += ScenarioKernel.Lanes)
            {
                // The last lanes may lie beyond the scenarios asked for.
                lanes.Clear();
                kernel.Add(first, lanes);
                lanes[..Math.Min(lanes.Length, end - first)].CopyTo(losses.AsSpan(first));
            }
        }, cancellationToken);
        return losses;
    }

    /// <summary>Each group's part of the CVaR at <see cref="TailLevel"/>: its mean loss over the scenarios of the tail.</summary>
    private static double[] TailByGroup(
        ScenarioKernel kernel, int groups, double[] losses, UpperTail tail, int threads, CancellationToken cancellationToken)
    {
        var rank = LossStatistics.Rank(TailLevel, tail.SampleSize);
        var threshold = tail[rank];
        // Of scenarios with exactly the loss at the threshold only some belong to the tail: all of them count in part.
        var (above, equal) = tail.Count(threshold);
        var size = tail.SampleSize - rank;
        var weightAbove = 1.0 / size;
        var weightEqual = (double)(size - above) / equal / size;

        // A scenario without loss has nothing to contribute.
        var scenarios = new List<int>(size);
        for (var scenario = 0; scenario < losses.Length; scenario++)
        {
            if (losses[scenario] >= threshold && losses[scenario] > 0)
                scenarios.Add(scenario);
        }

        var chunks = new double[(scenarios.Count + TailChunk - 1) / TailChunk][];
        QuietThreads.For(chunks.Length, threads, chunk =>
        {
            var sums = chunks[chunk] = new double[groups];
            Span<uint> lanes = stackalloc uint[ScenarioKernel.Lanes];
            Span<double> weights = stackalloc double[ScenarioKernel.Lanes];
            var end = Math.Min(scenarios.Count, (chunk + 1) * TailChunk);
            for (var first = chunk * TailChunk; first < end; first += ScenarioKernel.Lanes)
            {
                for (var lane = 0; lane < weights.Length; lane++)
                {
                    // Lanes left over repeat the last scenario and weigh nothing.
                    var scenario = scenarios[Math.Min(first + lane, end - 1)];
                    lanes[lane] = (uint)scenario;
                    weights[lane] = first + lane >= end ? 0 : losses[scenario] > threshold ? weightAbove : weightEqual;
                }

                kernel.AddByGroup(lanes, weights, sums);
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
