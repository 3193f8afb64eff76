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
    private const float Unit = 1f / (1u << 31);

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
    private readonly Group[] _groups;
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
        _groups = [.. groups.Select(g => GroupOf(g, horizonDays, options, severities[g.Key.CoverageType]))];
        foreach (var group in _groups)
            (_used[0], _used[group.Type], _used[group.Chain], _used[group.Coin]) = (true, true, true, true);

        // One call of the generator serves four neighbouring substreams.
        _quads =
        [
            .. _groups.Index().GroupBy(g => groups[g.Index].Substream / WordsPerBlock).OrderBy(q => q.Key)
                .Select(q => new Quad((uint)q.Key, [.. q.Select(g => new Member(g.Index, groups[g.Index].Substream % WordsPerBlock))])),
        ];
    }

    /// <summary>Adds the losses of scenarios <paramref name="first"/> … <paramref name="first"/> + 7, in dollars.</summary>
    public void Add(int first, Span<double> losses) => Run(first, losses, [], []);

    /// <summary>Adds each group's losses in those scenarios, each scenario weighing what <paramref name="weights"/> says.</summary>
    public void AddByGroup(int first, ReadOnlySpan<double> weights, Span<double> byGroup) => Run(first, [], weights, byGroup);

    private void Run(int first, Span<double> losses, ReadOnlySpan<double> weights, Span<double> byGroup)
    {
        var scenarios = Vector256.Create((uint)first) + Vector256<uint>.Indices;
        Span<Vector256<float>> factors = stackalloc Vector256<float>[Places];
        MakeFactors(scenarios, factors);
        var mixing = _freedom == 0 ? Vector256<float>.One : Mixing(scenarios);
        Span<Vector256<uint>> words = stackalloc Vector256<uint>[WordsPerBlock];

        foreach (var quad in _quads)
        {
            (words[0], words[1], words[2], words[3]) = Philox.Lanes(scenarios, quad.Block, OwnPurpose, _seed);
            foreach (var member in quad.Members)
            {
                ref readonly var group = ref _groups[member.Group];
                var common = factors[group.Type] + factors[group.Chain] + factors[group.Coin];
                var z = ((mixing * group.Threshold) - common) * group.InverseOwnScale;
                var own = words[member.Word];
                for (var candidates = Candidates(z, Uniform(own)); candidates != 0; candidates &= candidates - 1)
                {
                    var lane = BitOperations.TrailingZeroCount(candidates);
                    if (((own[lane] >> 1) + 0.5) * Unit > NormalTable.Cdf(z[lane]))
                        continue;

                    var loss = group.Exposure * Severity(group, (uint)(first + lane));
                    if (byGroup.IsEmpty)
                        losses[lane] += loss;
                    else
                        byGroup[member.Group] += weights[lane] * loss;
                }
            }
        }
    }

    /// <summary>The lanes in which an event is possible.</summary>
    private static uint Candidates(Vector256<float> z, Vector256<float> uniform)
    {
        // Φ(−t) ≤ 4φ(t)/(3t + √(t² + 8)) for t ≥ 0: M. R. Sampford, "Some inequalities on Mill's ratio and related functions", Ann. Math. Statist. 24
        // (1953). Within 0.3 % at t = 2. The factor covers the rounding of single precision; t beyond 12 is as good as 12.
        const float FourOverRootTwoPi = 1.5957692f * 1.0001f;
        const float HalfLog2E = 0.72134752f;
        var t = Vector256.Min(Vector256.Max(-z, Vector256<float>.Zero), Vector256.Create(12f));
        var square = t * t;
        var bound = PowerOfTwo(square * -HalfLog2E) * FourOverRootTwoPi / ((t * 3f) + Vector256.Sqrt(square + Vector256.Create(8f)));
        var possible = Vector256.LessThanOrEqual(uniform, bound) | Vector256.GreaterThan(z, Vector256<float>.Zero);
        return possible.ExtractMostSignificantBits();
    }

    /// <summary>2^x for −126 ≤ x ≤ 0 to 3·10⁻⁶ relative: the exponent from the whole part, a Taylor polynomial for the rest.</summary>
    private static Vector256<float> PowerOfTwo(Vector256<float> x)
    {
        const int ExponentBias = 127;
        const int MantissaBits = 23;
        // Truncation of a value shifted to be positive is the floor; the half makes it rounding.
        var whole = Vector256.ConvertToInt32(x + Vector256.Create(ExponentBias + 0.5f));
        var f = x - Vector256.ConvertToSingle(whole - Vector256.Create(ExponentBias));
        var power = (f * 1.3333558e-3f) + Vector256.Create(9.618129e-3f);
        power = (power * f) + Vector256.Create(5.5504109e-2f);
        power = (power * f) + Vector256.Create(0.24022651f);
        power = (power * f) + Vector256.Create(0.69314718f);
        power = (power * f) + Vector256<float>.One;
        return power * (whole << MantissaBits).AsSingle();
    }

    /// <summary>The middle of one of 2^31 equal cells of 0 … 1.</summary>
    private static Vector256<float> Uniform(Vector256<uint> words) =>
        (Vector256.ConvertToSingle((words >>> 1).AsInt32()) + Vector256.Create(0.5f)) * Unit;

    /// <summary>Two independent normals of two words: G. E. P. Box, M. E. Muller, Ann. Math. Statist. 29 (1958). The cell of 2^-31 bounds them at ±6.7.</summary>
    private static (Vector256<float> First, Vector256<float> Second) Normals(Vector256<uint> radiusWord, Vector256<uint> angleWord)
    {
        var radius = Vector256.Sqrt(Vector256.Log(Uniform(radiusWord)) * -2f);
        var (sine, cosine) = Vector256.SinCos(Uniform(angleWord) * (2 * MathF.PI));
        return (radius * cosine, radius * sine);
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
            var (first, second) = Normals(x0, x1);
            var (third, fourth) = Normals(x2, x3);
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

    /// <summary>√(χ²_ν/ν): χ² of two degrees is −2 ln U, of one a squared normal, and they add up.</summary>
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
                var (normal, _) = Normals(one, other);
                return sum + (normal * normal);
            case 2 or 3:
                left -= 2;
                return sum - (2f * Vector256.Log(Uniform(one)));
            default:
                left -= 4;
                return sum - (2f * (Vector256.Log(Uniform(one)) + Vector256.Log(Uniform(other))));
        }
    }

    private double Severity(in Group group, uint scenario)
    {
        // 52 bits and a half: never 0, never 1.
        var (high, low, _, _) = Philox.Words(scenario, group.Substream, SeverityPurpose, 0, _seed);
        var u = ((((ulong)high << 20) | (low >> 12)) + 0.5) / (1UL << 52);
        return group.Severities.At(u);
    }

    private static Group GroupOf(TriggerGroup group, int horizonDays, LossModelOptions options, SeverityTable severities)
    {
        var (type, chain, coin) = group.Key;
        var used = options.GlobalLoading + options.TypeLoading + (chain is null ? 0 : options.ChainLoading) + (coin is null ? 0 : options.StablecoinLoading);
        return new Group(
            Threshold(group.EventProbability(horizonDays, options), options),
            (float)(1 / Math.Sqrt(1 - used)),
            Types + (int)type,
            chain is null ? NoChain : Chains + (int)chain,
            coin is null ? NoCoin : Coins + (int)coin,
            (uint)group.Substream,
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
        float Threshold,
        float InverseOwnScale,
        int Type,
        int Chain,
        int Coin,
        uint Substream,
        double Exposure,
        SeverityTable Severities);

    private readonly record struct Member(int Group, int Word);

    private sealed record Quad(uint Block, Member[] Members);
}
