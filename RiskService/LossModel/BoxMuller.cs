using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sure.RiskService.LossModel;

/// <summary>
/// Normal numbers of random words, in lanes and single precision: G. E. P. Box, M. E. Muller, "A note on the generation of random normal deviates", Ann.
/// Math. Statist. 29 (1958). Made of additions, multiplications and roots that every processor rounds alike, so that its bits depend neither on
/// the width of the registers nor on how a library computes logarithms.
/// </summary>
internal static class BoxMuller
{
    /// <summary>Width of the 2³¹ cells of 0 … 1 whose middles are the uniform numbers.</summary>
    public const float Cell = 1f / (1u << 31);

    /// <summary>Two independent normals. A cell of 2⁻³¹ bounds them at ±6.7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector256<float> First, Vector256<float> Second) Normals(Vector256<uint> radiusWord, Vector256<uint> angleWord)
    {
        var radius = Vector256.Sqrt(Exponential(radiusWord) * 2f);
        var (sine, cosine) = Direction(angleWord);
        return (radius * cosine, radius * sine);
    }

    /// <summary>−ln U, an exponential number with mean 1, to 2·10⁻⁷ relative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exponential(Vector256<uint> word)
    {
        const uint RootHalf = 0x3F3504F3;
        const int MantissaBits = 23;
        const float Ln2 = 0.69314718f;
        // U = 2^e (1 + f) with 1 + f between √½ and √2: what lies above √½ in the bits carries into the exponent.
        var bits = ((Vector256.ConvertToSingle((word >>> 1).AsInt32()) + Vector256.Create(0.5f)) * Cell).AsInt32();
        var exponent = (bits - Vector256.Create((int)RootHalf)) >> MantissaBits;
        var f = (bits - (exponent << MantissaBits)).AsSingle() - Vector256<float>.One;
        // ln(1 + f) = f − f²/2 + f³ q(f), q of degree 7 fitted at Chebyshev's points.
        var q = (f * -0.08101559f) + Vector256.Create(0.12712307f);
        q = (q * f) + Vector256.Create(-0.12972239f);
        q = (q * f) + Vector256.Create(0.14202175f);
        q = (q * f) + Vector256.Create(-0.16642247f);
        q = (q * f) + Vector256.Create(0.20001468f);
        q = (q * f) + Vector256.Create(-0.25000298f);
        q = (q * f) + Vector256.Create(0.33333328f);
        var square = f * f;
        var logarithm = f - (square * 0.5f) + (square * f * q) + (Vector256.ConvertToSingle(exponent) * Ln2);
        return -logarithm;
    }

    /// <summary>Sine and cosine of a uniform angle: the word's upper two bits choose the quadrant, the others the angle within ±π/4 of its middle.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector256<float> Sine, Vector256<float> Cosine) Direction(Vector256<uint> word)
    {
        const float QuarterPi = 0.78539816f;
        var a = (Vector256.ConvertToSingle((word << 2).AsInt32()) + Vector256.Create(2f)) * (QuarterPi * Cell);
        var square = a * a;
        // Their Taylor series, to 2·10⁻⁷.
        var sine = (square * 2.7557319e-6f) + Vector256.Create(-1.9841270e-4f);
        sine = (sine * square) + Vector256.Create(8.3333333e-3f);
        sine = (sine * square) + Vector256.Create(-0.16666667f);
        sine = a + (a * square * sine);
        var cosine = (square * 2.4801587e-5f) + Vector256.Create(-1.3888889e-3f);
        cosine = (cosine * square) + Vector256.Create(4.1666667e-2f);
        cosine = (cosine * square) + Vector256.Create(-0.5f);
        cosine = (cosine * square) + Vector256<float>.One;
        // A quarter turn takes (cos, sin) to (−sin, cos), half a turn changes both signs.
        var quarter = Vector256.LessThan((word << 1).AsInt32(), Vector256<int>.Zero).AsSingle();
        var half = (word & Vector256.Create(1u << 31)).AsSingle();
        return (
            Vector256.ConditionalSelect(quarter, cosine, sine) ^ half,
            Vector256.ConditionalSelect(quarter, -sine, cosine) ^ half);
    }
}
