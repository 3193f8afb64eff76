using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sure.RiskService.LossModel;

/// <summary>
/// An upper bound of the normal distribution function Φ without a division or an exponential: for t ≥ 0 Φ(−t) is within 2.5·10⁻⁴ of
/// ½(1 + c₁t + c₂t² + c₃t³ + c₄t⁴)⁻⁴ (M. Abramowitz, I. A. Stegun, "Handbook of Mathematical Functions", 1964, 26.2.18); above 0 the bound is 1.
/// </summary>
internal static class NormalBound
{
    private const float C1 = 0.196854f;
    private const float C2 = 0.115194f;
    private const float C3 = 0.000344f;
    private const float C4 = 0.019527f;

    /// <summary>Covers the rounding of single precision too.</summary>
    private const float Allowance = 3e-4f;

    /// <summary>
    /// The lanes, a bit each, in which U ≤ Φ(z) is possible, U the middle of the cell of <paramref name="own"/>. How this is rounded, by fused operations or
    /// not, changes no figure: it only admits more or fewer to the exact decision.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Possible(Vector256<float> z, Vector256<uint> own)
    {
        var polynomial = Vector256.MultiplyAddEstimate(z, Vector256.Create(C4), Vector256.Create(-C3));
        polynomial = Vector256.MultiplyAddEstimate(polynomial, z, Vector256.Create(C2));
        polynomial = Vector256.MultiplyAddEstimate(polynomial, z, Vector256.Create(-C1));
        polynomial = Vector256.MultiplyAddEstimate(polynomial, z, Vector256<float>.One);
        var square = polynomial * polynomial;
        // 2(U − allowance) ≤ polynomial⁻⁴.
        var excess = Vector256.MultiplyAddEstimate(
            Vector256.ConvertToSingle((own >>> 1).AsInt32()),
            Vector256.Create(2 * BoxMuller.Cell),
            Vector256.Create(BoxMuller.Cell - (2 * Allowance)));
        var possible = Vector256.LessThanOrEqual(excess * square * square, Vector256<float>.One) | Vector256.GreaterThan(z, Vector256<float>.Zero);
        return possible.ExtractMostSignificantBits();
    }
}
