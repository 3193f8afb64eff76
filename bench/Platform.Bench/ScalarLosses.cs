using Sure.RiskService.LossModel;

namespace Sure.Bench;

/// <summary>
/// The loss model as one would write it down: a loop over scenarios and groups in double precision on one thread, with the runtime's own generator and
/// mathematics.
/// </summary>
internal static class ScalarLosses
{
    public static (Estimate ExpectedLoss, Estimate Var99, Estimate Cvar99) Simulate(LossBook book, int scenarios, int seed)
    {
        var normals = new Normals(new Random(seed));
        var losses = new double[scenarios];
        var types = new double[1 + book.Type.Max()!.Value];
        var chains = new double[1 + book.Chain.Max()!.Value];
        var coins = new double[1 + book.Coin.Max()!.Value];
        var (rootGlobal, rootType) = (Math.Sqrt(book.Loading.Global), Math.Sqrt(book.Loading.Type));
        var (rootChain, rootCoin) = (Math.Sqrt(book.Loading.Chain), Math.Sqrt(book.Loading.Coin));
        double[] own =
        [
            .. book.Exposure.Select((_, g) => Math.Sqrt(1 - book.Loading.Global - book.Loading.Type
                - (book.Chain[g] is null ? 0 : book.Loading.Chain) - (book.Coin[g] is null ? 0 : book.Loading.Coin))),
        ];

        for (var scenario = 0; scenario < scenarios; scenario++)
        {
            var global = rootGlobal * normals.Next();
            Fill(types, rootType, normals);
            Fill(chains, rootChain, normals);
            Fill(coins, rootCoin, normals);
            var mixing = Math.Sqrt(2 * Gamma(book.Freedom / 2.0, normals) / book.Freedom);

            for (var group = 0; group < book.Exposure.Length; group++)
            {
                var latent = global + types[book.Type[group]!.Value] + (own[group] * normals.Next());
                if (book.Chain[group] is { } chain)
                    latent += chains[chain];
                if (book.Coin[group] is { } coin)
                    latent += coins[coin];
                if (latent > book.Threshold[group] * mixing)
                    continue;

                var (x, y) = (Gamma(book.Alpha[group], normals), Gamma(book.Beta[group], normals));
                losses[scenario] += book.Exposure[group] * x / (x + y);
            }
        }

        return Figures(losses);
    }

    private static void Fill(double[] factors, double root, Normals normals)
    {
        for (var i = 0; i < factors.Length; i++)
            factors[i] = root * normals.Next();
    }

    /// <summary>Gamma with a shape of at least 1: G. Marsaglia, W. W. Tsang, "A simple method for generating gamma variables", ACM TOMS 26(3), 2000.</summary>
    private static double Gamma(double shape, Normals normals)
    {
        var d = shape - (1.0 / 3);
        while (true)
        {
            var x = normals.Next();
            var v = 1 + (x / Math.Sqrt(9 * d));
            v *= v * v;
            if (v > 0 && Math.Log(1 - normals.Uniform()) < (x * x / 2) + d - (d * v) + (d * Math.Log(v)))
                return d * v;
        }
    }

    /// <summary>With the standard errors of docs/models/loss-model.md.</summary>
    private static (Estimate ExpectedLoss, Estimate Var99, Estimate Cvar99) Figures(double[] losses)
    {
        const double Q = 0.99;
        Array.Sort(losses);
        var (n, mean) = (losses.Length, losses.Average());
        var rank = (((n * 99L) + 99) / 100) - 1;
        var spread = (long)Math.Ceiling(Math.Sqrt(n * Q * (1 - Q)));
        var tail = losses[(int)rank..];
        var (value, shortfall) = (losses[rank], tail.Average());
        return (
            new Estimate(mean, Math.Sqrt(Variance(losses, mean) / n)),
            new Estimate(value, (losses[Math.Min(n - 1, rank + spread)] - losses[Math.Max(0, rank - spread)]) / 2),
            new Estimate(shortfall, Math.Sqrt((Variance(tail, shortfall) + (Q * Math.Pow(shortfall - value, 2))) / tail.Length)));

        static double Variance(double[] values, double mean) => values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1);
    }

    /// <summary>Standard normals by the polar method, two at a time: G. Marsaglia, T. A. Bray, SIAM Review 6(3), 1964.</summary>
    private sealed class Normals(Random random)
    {
        private double _second;
        private bool _hasSecond;

        public double Uniform() => random.NextDouble();

        public double Next()
        {
            if (_hasSecond)
            {
                _hasSecond = false;
                return _second;
            }

            double x, y, square;
            do
            {
                (x, y) = ((2 * random.NextDouble()) - 1, (2 * random.NextDouble()) - 1);
                square = (x * x) + (y * y);
            }
            while (square is >= 1 or 0);

            var scale = Math.Sqrt(-2 * Math.Log(square) / square);
            (_second, _hasSecond) = (y * scale, true);
            return x * scale;
        }
    }
}
