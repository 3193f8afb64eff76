using Sure.BridgeService.Market.Playing;
using Sure.BridgeService.Observations;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Market;

/// <summary>
/// A market that moves like the real one: prices revert to their peg, rarely something breaks – a coin, those that tend to fail with it,
/// or all –, coins flow through bridges, and three sources see each figure with noise of their own, one of them now and then badly or not
/// at all. A function of seed, market time and the event that is played alone.
/// </summary>
internal sealed class SimulatedMarket
{
    /// <summary>Its sources.</summary>
    public static readonly IReadOnlyList<string> Sources = ["sim-alpha", "sim-beta", "sim-gamma"];

    private const int PriceDecimals = 6;
    private const double LeastPrice = 0.01;
    private const double MostPrice = 9.99;

    /// <summary>Minute 0 of market time.</summary>
    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Noise _noise;
    private readonly CoinModel[] _coins;
    private readonly BridgeModel[] _bridges;
    private readonly Outages[] _outages;

    public SimulatedMarket(long seed)
    {
        _noise = new Noise((ulong)seed);
        _coins = [.. Words<Stablecoin>.Members.Select(c => new CoinModel(_noise, c))];
        _bridges = [.. Bridge.All.Select((b, i) => new BridgeModel(_noise, b, i))];
        _outages = [.. Sources.Select(s => new Outages(_noise, Noise.StreamOf($"outage {s}"), perDay: 1.0 / 10, TimeSpan.FromMinutes(20)))];
    }

    /// <summary>Whether a source is one of a simulated market.</summary>
    public static bool IsItsSource(string source) => source.StartsWith(SourceNames.Simulated, StringComparison.Ordinal);

    /// <summary>Market time at <paramref name="now"/> where the market lives <paramref name="speed"/> times as fast as the clock.</summary>
    public static double MinutesAt(DateTimeOffset now, double speed) => (now - Epoch).TotalMinutes * speed;

    /// <summary>What the sources see.</summary>
    /// <param name="minutes">Market time.</param>
    /// <param name="since">Minutes of market time since they looked before; transactions are counted over it.</param>
    /// <param name="observedAt">The time the observations carry.</param>
    /// <param name="playback">The event that is played; null where there is none.</param>
    public ObservationBatch Observe(double minutes, double since, DateTimeOffset observedAt, Playback? playback = null)
    {
        var awake = Sources.Index().Where(s => !_outages[s.Index].At(minutes)).Select(s => s.Index).ToList();
        var look = (long)Math.Floor(minutes * 60);
        var prices = new List<PriceObservation>();
        foreach (var coin in _coins)
        {
            var nav = coin.NavAt(minutes);
            var calm = nav * (1 + coin.BasisAt(minutes));
            var price = playback?.Price(coin.Coin, observedAt, calm) ?? calm;
            foreach (var i in awake)
            {
                prices.Add(new PriceObservation(Sources[i], coin.Coin, PriceKind.Price, observedAt, Seen(price, coin.Sources[i], minutes, look)));
                if (coin.Coin.IsYieldBearing())
                {
                    // An accounting figure, not a traded one: the sources agree on it.
                    prices.Add(new PriceObservation(Sources[i], coin.Coin, PriceKind.Nav, observedAt, Round(nav)));
                }
            }
        }

        var bridges = new List<BridgeObservation>();
        foreach (var bridge in _bridges)
        {
            var (left, paused) = playback?.BridgeAt(bridge.Bridge.Id, observedAt) ?? (1, false);
            var tvl = bridge.TvlAt(minutes) * left;
            foreach (var i in awake)
            {
                var tried = (int)Math.Min(100_000, bridge.TransactionsPerMinute * since * (0.5 + _noise.Uniform(bridge.Sources[i].Stream, look)));
                var failed = (int)Math.Round(tried * 0.01 * _noise.Uniform(bridge.Sources[i].Stream, -look));
                bridges.Add(new BridgeObservation(
                    Sources[i],
                    bridge.Bridge.Id,
                    observedAt,
                    Math.Round((decimal)Math.Max(0, tvl * bridge.Sources[i].At(minutes, look)), 2, MidpointRounding.AwayFromZero),
                    paused,
                    tried,
                    tried - failed));
            }
        }

        return new ObservationBatch(bridges, prices);
    }

    private static decimal Seen(double price, SourceModel source, double minutes, long look) =>
        Round(Math.Clamp(price * source.At(minutes, look), LeastPrice, MostPrice));

    private static decimal Round(double price) => Math.Round((decimal)price, PriceDecimals, MidpointRounding.AwayFromZero);

    /// <summary>A coin: a basis around its net asset value, and rare breaks downward.</summary>
    private sealed class CoinModel(Noise noise, Stablecoin coin)
    {
        private const double BasisDeviation = 0.0006;
        private const double NavPerYear = 0.05;
        private const double MinutesPerYear = 365 * 24 * 60;

        private readonly MeanReversion _basis = new(noise, Noise.StreamOf($"basis {coin}"), BasisDeviation, TimeSpan.FromMinutes(45));
        private readonly Shocks _breaks = new(noise, Noise.StreamOf($"break {coin}"), perDay: 1.0 / 150, meanDepth: 0.006, TimeSpan.FromHours(3));
        private readonly Shocks _breaksOfGroup = new(noise, Noise.StreamOf($"break of group {GroupOf(coin)}"), perDay: 1.0 / 300, meanDepth: 0.005, TimeSpan.FromHours(3));
        private readonly Shocks _breaksOfAll = new(noise, Noise.StreamOf("break of all"), perDay: 1.0 / 365, meanDepth: 0.003, TimeSpan.FromHours(3));

        public Stablecoin Coin { get; } = coin;

        public SourceModel[] Sources { get; } =
            [.. SimulatedMarket.Sources.Select(s => new SourceModel(noise, $"{s} {coin}", deviation: 0.0003, faultDepth: 0.01))];

        public double BasisAt(double minutes) => Math.Max(-0.9, _basis.At(minutes) - _breaks.At(minutes) - _breaksOfGroup.At(minutes) - _breaksOfAll.At(minutes));

        /// <summary>The coins it tends to fail with; one that has none is alone.</summary>
        private static int GroupOf(Stablecoin coin)
        {
            var group = CorrelatedGroups.Defaults.Index().FirstOrDefault(g => g.Item.Contains(coin), (Index: -1 - (int)coin, Item: []));
            return group.Index;
        }

        public double NavAt(double minutes) =>
            Coin.IsYieldBearing() ? Math.Clamp(1 + (NavPerYear * minutes / MinutesPerYear), 1, 5) : 1;
    }

    /// <summary>A bridge: value that drifts with flows, and rare large outflows.</summary>
    private sealed class BridgeModel(Noise noise, Bridge bridge, int index)
    {
        /// <summary>Value locked on average, by the place of the bridge in the list; repeats for further bridges.</summary>
        private static readonly double[] Sizes = [210e6, 36e6, 18e6, 27e6, 92e6, 64e6, 41e6, 78e6, 12e6];

        private readonly MeanReversion _flows = new(noise, Noise.StreamOf($"flows {bridge.Id}"), deviation: 0.04, TimeSpan.FromHours(10));
        private readonly Shocks _outflows = new(noise, Noise.StreamOf($"outflow {bridge.Id}"), perDay: 1.0 / 45, meanDepth: 0.05, TimeSpan.FromHours(6));

        public Bridge Bridge { get; } = bridge;

        public double TransactionsPerMinute { get; } = 4 + (noise.Uniform(Noise.StreamOf($"traffic {bridge.Id}"), 0) * 20);

        public SourceModel[] Sources { get; } =
            [.. SimulatedMarket.Sources.Select(s => new SourceModel(noise, $"{s} {bridge.Id}", deviation: 0.002, faultDepth: 0.12))];

        public double TvlAt(double minutes) => Sizes[index % Sizes.Length] * Math.Exp(_flows.At(minutes) - _outflows.At(minutes));
    }

    /// <summary>A source: noise in every look, and now and then a spell during which it is wrong by a lot.</summary>
    private sealed class SourceModel(Noise noise, string name, double deviation, double faultDepth)
    {
        private readonly Shocks _faults = new(noise, Noise.StreamOf($"fault {name}"), perDay: 1.0 / 10, faultDepth, TimeSpan.FromMinutes(15));

        public ulong Stream { get; } = Noise.StreamOf($"source {name}");

        /// <summary>What it says over what is.</summary>
        public double At(double minutes, long look) => (1 + (deviation * noise.Normal(Stream, look))) * Math.Max(0.01, 1 - _faults.At(minutes));
    }
}
