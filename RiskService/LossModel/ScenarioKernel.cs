using System.Numerics;
using System.Runtime.Intrinsics;

namespace Sure.RiskService.LossModel;

/// <summary>
/// The losses of eight scenarios at a time, one per lane. A scenario's numbers depend on the seed and the scenario alone, so any scenario can
/// be made again. Nothing is kept but the result; safe for use by several threads.
/// </summary>
/// <remarks>
/// The event X ≤ F⁻¹(p) is decided by the group's own uniform number: with M the sum of the common terms and W = √(χ²_ν/ν) (1 for the Gaussian
/// copula), X ≤ c is ε ≤ z = (c·W − M)/σ, and with ε = Φ⁻¹(U) that is U ≤ Φ(z). In registers U is compared with an upper bound of Φ(z), which
/// rules out nearly every group without an event; what is left is decided exactly.
/// </remarks>
internal sealed class ScenarioKernel
{
    /// <summary>Scenarios made together.</summary>
    public const int Lanes = 8;

    private const uint FactorPurpose = 1;
    private const uint MixingPurpose = 2;
    private const uint OwnPurpose = 3;
    private const uint SeverityPurpose = 4;

    private const int WordsPerBlock = 4;

    // Places of the common factors; those without a chain or coin read a zero.
    private const int Types = 1;
    private const int Chains = Types + 5;
    private const int NoChain = Chains + 9;
    private const int Coins = NoChain + 1;
    private const int NoCoin = Coins + 14;
    private const int Places = NoCoin + 1;

    private readonly ulong _seed;
    private readonly float[] _scales = new float[Places];
    private readonly bool[] _used = new bool[Places];
    private readonly int _freedom;
    private readonly Quad[] _quads;

    public ScenarioKernel(IReadOnlyList<TriggerGroup> groups, int horizonDays, LossModelOptions options)
    {
        _seed = options.Seed;
        _freedom = options.Copula is Copula.T ? options.Freedom : 0;
        _scales[0] = (float)Math.Sqrt(options.GlobalLoading);
        _scales.AsSpan(Types..Chains).Fill((float)Math.Sqrt(options.TypeLoading));
        _scales.AsSpan(Chains..NoChain).Fill((float)Math.Sqrt(options.ChainLoading));
        _scales.AsSpan(Coins..NoCoin).Fill((float)Math.Sqrt(options.StablecoinLoading));

        var severities = groups.Select(g => g.Key.CoverageType).Distinct().ToDictionary(
            type => type, type => new SeverityTable(BetaDistribution.Of(options.MeanSeverity(type), options.SeverityPrecision)));
        Group[] all = [.. groups.Select((g, index) => GroupOf(g, index, horizonDays, options, severities[g.Key.CoverageType]))];
        foreach (var group in all)
            (_used[0], _used[group.Type], _used[group.Chain], _used[group.Coin]) = (true, true, true, true);

        // One call of the generator serves four neighbouring substreams.
        _quads = [.. all.GroupBy(g => g.Substream / WordsPerBlock).OrderBy(q => q.Key).Select(q => new Quad(q.Key, [.. q]))];
    }

    /// <summary>Adds the losses of scenarios <paramref name="first"/> … <paramref name="first"/> + 7, in dollars.</summary>
    public void Add(int first, Span<double> losses) => Run(Vector256.Create((uint)first) + Vector256<uint>.Indices, losses, [], []);

    /// <summary>Adds each group's losses in eight scenarios, each weighing what <paramref name="weights"/> says.</summary>
    public void AddByGroup(ReadOnlySpan<uint> scenarios, ReadOnlySpan<double> weights, Span<double> byGroup) =>
        Run(Vector256.Create(scenarios), [], weights, byGroup);

    private void Run(Vector256<uint> scenarios, Span<double> losses, ReadOnlySpan<double> weights, Span<double> byGroup)
    {
        Span<Vector256<float>> factors = stackalloc Vector256<float>[Places];
        MakeFactors(scenarios, factors);
        var mixing = _freedom == 0 ? Vector256<float>.One : Mixing(scenarios);
        Span<Vector256<uint>> words = stackalloc Vector256<uint>[WordsPerBlock];
        Span<Vector256<float>> zs = stackalloc Vector256<float>[WordsPerBlock];

        foreach (var quad in _quads)
        {
            (words[0], words[1], words[2], words[3]) = Philox.Lanes(scenarios, quad.Block, OwnPurpose, _seed);
            for (var candidates = Candidates(quad.Groups, factors, mixing, words, zs); candidates != 0; candidates &= candidates - 1)
            {
                var (member, lane) = int.DivRem(BitOperations.TrailingZeroCount(candidates), Lanes);
                ref readonly var group = ref quad.Groups[member];
                if (((words[group.Word][lane] >> 1) + 0.5) * BoxMuller.Cell > NormalTable.Cdf(zs[member][lane]))
                    continue;

                var loss = group.Exposure * Severity(group, scenarios[lane]);
                if (byGroup.IsEmpty)
                    losses[lane] += loss;
                else
                    byGroup[group.Index] += weights[lane] * loss;
            }
        }
    }

    /// <summary>The z of up to four groups, and where an event is possible: a bit per lane, those of the first group lowest.</summary>
    private static uint Candidates(
        Group[] groups, ReadOnlySpan<Vector256<float>> factors, Vector256<float> mixing, ReadOnlySpan<Vector256<uint>> words, Span<Vector256<float>> zs)
    {
        var candidates = 0u;
        for (var member = 0; member < groups.Length; member++)
        {
            ref readonly var group = ref groups[member];
            var common = factors[group.Type] + factors[group.Chain] + factors[group.Coin];
            var z = zs[member] = ((mixing * group.Threshold) - common) * group.InverseOwnScale;
            candidates |= NormalBound.Possible(z, words[group.Word]) << (member * Lanes);
        }

        return candidates;
    }

    /// <summary>The scaled common factors; the global one is already part of those of the types.</summary>
    private void MakeFactors(Vector256<uint> scenarios, Span<Vector256<float>> factors)
    {
        for (var place = 0; place < Places; place += WordsPerBlock)
        {
            // A place keeps its numbers when its neighbours are not used by the book.
            if (!_used.AsSpan(place, Math.Min(WordsPerBlock, Places - place)).Contains(value: true))
                continue;

            var (x0, x1, x2, x3) = Philox.Lanes(scenarios, (uint)place, FactorPurpose, _seed);
            var (first, second) = BoxMuller.Normals(x0, x1);
            var (third, fourth) = BoxMuller.Normals(x2, x3);
            Set(factors, place, first);
            Set(factors, place + 1, second);
            Set(factors, place + 2, third);
            Set(factors, place + 3, fourth);
        }

        for (var type = Types; type < Chains; type++)
            factors[type] += factors[0];
    }

    private void Set(Span<Vector256<float>> factors, int place, Vector256<float> normal)
    {
        if (place < Places)
            factors[place] = normal * _scales[place];
    }

    /// <summary>√(χ²_ν/ν): χ² of two degrees is twice an exponential number, of one a squared normal, and they add up.</summary>
    private Vector256<float> Mixing(Vector256<uint> scenarios)
    {
        var sum = Vector256<float>.Zero;
        var left = _freedom;
        for (var block = 0u; left > 0; block++)
        {
            var (x0, x1, x2, x3) = Philox.Lanes(scenarios, block, MixingPurpose, _seed);
            sum = Mix(sum, x0, x1, ref left);
            sum = Mix(sum, x2, x3, ref left);
        }

        return Vector256.Sqrt(sum / _freedom);
    }

    private static Vector256<float> Mix(Vector256<float> sum, Vector256<uint> one, Vector256<uint> other, ref int left)
    {
        switch (left)
        {
            case <= 0:
                return sum;
            case 1:
                left = 0;
                var (normal, _) = BoxMuller.Normals(one, other);
                return sum + (normal * normal);
            case 2 or 3:
                left -= 2;
                return sum + (2f * BoxMuller.Exponential(one));
            default:
                left -= 4;
                return sum + (2f * (BoxMuller.Exponential(one) + BoxMuller.Exponential(other)));
        }
    }

    private double Severity(in Group group, uint scenario)
    {
        // 52 bits and a half: never 0, never 1.
        var (high, low, _, _) = Philox.Words(scenario, group.Substream, SeverityPurpose, 0, _seed);
        var u = ((((ulong)high << 20) | (low >> 12)) + 0.5) / (1UL << 52);
        return group.Severities.At(u);
    }

    private static Group GroupOf(TriggerGroup group, int index, int horizonDays, LossModelOptions options, SeverityTable severities)
    {
        var (type, chain, coin) = group.Key;
        var used = options.GlobalLoading + options.TypeLoading + (chain is null ? 0 : options.ChainLoading) + (coin is null ? 0 : options.StablecoinLoading);
        return new Group(
            index,
            Threshold(group.EventProbability(horizonDays, options), options),
            (float)(1 / Math.Sqrt(1 - used)),
            Types + (int)type,
            chain is null ? NoChain : Chains + (int)chain,
            coin is null ? NoCoin : Coins + (int)coin,
            (uint)group.Substream,
            group.Substream % WordsPerBlock,
            group.ExposureUsd,
            severities);
    }

    private static float Threshold(double probability, LossModelOptions options)
    {
        if (probability <= 0)
            return float.NegativeInfinity;
        if (probability >= 1)
            return float.PositiveInfinity;

        return (float)(options.Copula is Copula.T
            ? new StudentDistribution(options.Freedom).Quantile(probability)
            : NormalDistribution.Quantile(probability));
    }

    private readonly record struct Group(
        int Index,
        float Threshold,
        float InverseOwnScale,
        int Type,
        int Chain,
        int Coin,
        uint Substream,
        int Word,
        double Exposure,
        SeverityTable Severities);

    private sealed record Quad(uint Block, Group[] Groups);
}
