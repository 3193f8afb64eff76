using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sure.RiskService.LossModel;

/// <summary>
/// Philox4x32 with ten rounds: a random function of a 128-bit counter and a 64-bit key. Being a function and not a sequence, it gives every
/// scenario and group its own numbers whoever asks for them and in whatever order.
/// Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11 (2011), §3.3.
/// </summary>
internal static class Philox
{
    private const int Rounds = 10;
    private const uint M0 = 0xD2511F53;
    private const uint M1 = 0xCD9E8D57;
    private const uint W0 = 0x9E3779B9;
    private const uint W1 = 0xBB67AE85;

    /// <summary>The four words of one counter.</summary>
    public static (uint X0, uint X1, uint X2, uint X3) Words(uint c0, uint c1, uint c2, uint c3, ulong key)
    {
        // The generator is arithmetic modulo 2^32.
        unchecked
        {
            var (k0, k1) = ((uint)key, (uint)(key >> 32));
            for (var round = 0; round < Rounds; round++)
            {
                var first = (ulong)M0 * c0;
                var second = (ulong)M1 * c2;
                (c0, c1, c2, c3) = ((uint)(second >> 32) ^ c1 ^ k0, (uint)second, (uint)(first >> 32) ^ c3 ^ k1, (uint)first);
                k0 += W0;
                k1 += W1;
            }

            return (c0, c1, c2, c3);
        }
    }

    /// <summary>The words of eight counters that differ in their first word; lane by lane the same as <see cref="Words"/>.</summary>
    public static (Vector256<uint> X0, Vector256<uint> X1, Vector256<uint> X2, Vector256<uint> X3) Lanes(
        Vector256<uint> c0, uint block, uint purpose, ulong key)
    {
        unchecked
        {
            var (k0, k1) = ((uint)key, (uint)(key >> 32));
            var c1 = Vector256.Create(block);
            var c2 = Vector256.Create(purpose);
            var c3 = Vector256<uint>.Zero;
            var m0 = Vector256.Create(M0);
            var m1 = Vector256.Create(M1);
            for (var round = 0; round < Rounds; round++)
            {
                var (low0, high0) = Product(m0, c0);
                var (low1, high1) = Product(m1, c2);
                c0 = high1 ^ c1 ^ Vector256.Create(k0);
                c2 = high0 ^ c3 ^ Vector256.Create(k1);
                c1 = low1;
                c3 = low0;
                k0 += W0;
                k1 += W1;
            }

            return (c0, c1, c2, c3);
        }
    }

    /// <summary>Low and high words of the 64-bit products of each lane.</summary>
    private static (Vector256<uint> Low, Vector256<uint> High) Product(Vector256<uint> multiplier, Vector256<uint> value)
    {
        if (Avx2.IsSupported)
        {
            // vpmuludq multiplies the even lanes; the odd ones are moved there first.
            const byte OddLanes = 0b1010_1010;
            var even = Avx2.Multiply(multiplier, value);
            var odd = Avx2.Multiply(multiplier, (value.AsUInt64() >>> 32).AsUInt32());
            return (
                Avx2.Blend(even.AsUInt32(), (odd << 32).AsUInt32(), OddLanes),
                Avx2.Blend((even >>> 32).AsUInt32(), odd.AsUInt32(), OddLanes));
        }

        var (lowHalf, highHalf) = Vector256.Widen(value);
        var wide = Vector256.Create((ulong)multiplier.ToScalar());
        var (lower, upper) = (lowHalf * wide, highHalf * wide);
        return (Vector256.Narrow(lower & Mask, upper & Mask), Vector256.Narrow(lower >>> 32, upper >>> 32));
    }

    private static Vector256<ulong> Mask => Vector256.Create(0xFFFF_FFFFUL);
}
