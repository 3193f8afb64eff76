using System.Runtime.InteropServices;

namespace Sure.RiskService.LossModel;

/// <summary>The greatest losses of a sample in ascending order: what its upper quantiles need, without sorting the rest.</summary>
internal sealed class UpperTail
{
    // Losses are not negative, hence in the order of their bits. The leading sixteen – the exponent and four bits of the fraction – part them into
    // classes of at most a sixteenth of their size.
    private const int ClassShift = 48;

    private readonly double[] _ascending;

    private UpperTail(double[] ascending, int sampleSize) => (_ascending, SampleSize) = (ascending, sampleSize);

    /// <summary>Losses in the sample.</summary>
    public int SampleSize { get; }

    /// <summary>The greatest loss.</summary>
    public double Worst => _ascending[^1];

    /// <summary>Index in the sample's ascending order of the first that is kept.</summary>
    private int First => SampleSize - _ascending.Length;

    /// <summary>The losses from that with index <paramref name="rank"/> in the sample's ascending order, from 0, upward, and all equal to it.</summary>
    /// <param name="losses">The sample in any order, ≥ 0.</param>
    /// <param name="rank">0 … length of the sample − 1.</param>
    public static UpperTail From(ReadOnlySpan<double> losses, int rank)
    {
        var counts = new int[1 << 16];
        foreach (var bits in MemoryMarshal.Cast<double, ulong>(losses))
            counts[(int)(bits >> ClassShift)]++;

        var (lowest, size) = (counts.Length, 0);
        while (size < losses.Length - rank)
            size += counts[--lowest];

        var ascending = new double[size];
        var next = 0;
        foreach (var loss in losses)
        {
            if (BitConverter.DoubleToUInt64Bits(loss) >> ClassShift >= (ulong)lowest)
                ascending[next++] = loss;
        }

        Array.Sort(ascending);
        return new UpperTail(ascending, losses.Length);
    }

    /// <summary>The loss with index <paramref name="rank"/> in the sample's ascending order, from 0.</summary>
    public double this[int rank] => _ascending[rank - First];

    /// <summary>The losses from that one upward.</summary>
    public ReadOnlySpan<double> Above(int rank) => _ascending.AsSpan(rank - First);

    /// <summary>How many losses are greater than <paramref name="loss"/> and how many equal it, for one that is kept.</summary>
    public (int Greater, int Equal) Count(double loss)
    {
        var after = _ascending.AsSpan().LastIndexOf(loss) + 1;
        return (_ascending.Length - after, after - _ascending.AsSpan().IndexOf(loss));
    }
}
