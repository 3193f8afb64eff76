namespace Sure.BridgeService.Market;

/// <summary>
/// A mean-reverting process around 0 (Uhlenbeck and Ornstein 1930) on a grid of thirtieths of its half-life, read at any time. With
/// φ = 2^(−1/30) the value at step n is σ√(1−φ²) Σ φ^k ε_{n−k}; the sum is cut where φ^k no longer matters. Between steps it is linear.
/// </summary>
internal sealed class MeanReversion
{
    private const double StepsPerHalfLife = 30;
    private const double Negligible = 1e-4;

    private static readonly double Phi = Math.Pow(2, -1 / StepsPerHalfLife);

    private readonly Noise _noise;
    private readonly ulong _stream;
    private readonly double _minutesPerStep;
    private readonly double[] _weights;

    /// <param name="noise">Its randomness.</param>
    /// <param name="stream">Its own stream.</param>
    /// <param name="deviation">Stationary standard deviation.</param>
    /// <param name="halfLife">Time in which a distance from 0 halves on average.</param>
    public MeanReversion(Noise noise, ulong stream, double deviation, TimeSpan halfLife)
    {
        _noise = noise;
        _stream = stream;
        _minutesPerStep = halfLife.TotalMinutes / StepsPerHalfLife;
        var steps = (int)Math.Ceiling(Math.Log(Negligible) / Math.Log(Phi));
        var scale = deviation * Math.Sqrt(1 - (Phi * Phi));
        _weights = [.. Enumerable.Range(0, steps).Select(k => scale * Math.Pow(Phi, k))];
    }

    /// <summary>The value at <paramref name="minutes"/> of market time.</summary>
    public double At(double minutes)
    {
        var steps = minutes / _minutesPerStep;
        var step = (long)Math.Floor(steps);
        var part = steps - step;
        return ((1 - part) * AtStep(step)) + (part * AtStep(step + 1));
    }

    private double AtStep(long step)
    {
        var sum = 0.0;
        for (var k = 0; k < _weights.Length; k++)
        {
            sum += _weights[k] * _noise.Normal(_stream, step - k);
        }

        return sum;
    }
}
