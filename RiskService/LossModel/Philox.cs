using System.Runtime.CompilerServices;
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
            // Even and odd lanes apart, each word in the lower half of 64 bits: a product is then both of its words, and what is left in the upper
            // half of a factor does not count.
            var (even0, odd0) = (c0.AsUInt64(), c0.AsUInt64() >>> 32);
            var (even1, odd1) = (Vector256.Create((ulong)block), Vector256.Create((ulong)block));
            var (even2, odd2) = (Vector256.Create((ulong)purpose), Vector256.Create((ulong)purpose));
            var (even3, odd3) = (Vector256<ulong>.Zero, Vector256<ulong>.Zero);
            var (k0, k1) = (Vector256.Create(key), Vector256.Create(key >> 32));
            for (var round = 0; round < Rounds; round++)
            {
                (even0, even1, even2, even3) = Round(even0, even1, even2, even3, k0, k1);
                (odd0, odd1, odd2, odd3) = Round(odd0, odd1, odd2, odd3, k0, k1);
                k0 += Vector256.Create((ulong)W0);
                k1 += Vector256.Create((ulong)W1);
            }

            return (Join(even0, odd0), Join(even1, odd1), Join(even2, odd2), Join(even3, odd3));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<ulong> C0, Vector256<ulong> C1, Vector256<ulong> C2, Vector256<ulong> C3) Round(
        Vector256<ulong> c0, Vector256<ulong> c1, Vector256<ulong> c2, Vector256<ulong> c3, Vector256<ulong> k0, Vector256<ulong> k1)
    {
        var (first, second) = (Product(M0, c0), Product(M1, c2));
        return ((second >>> 32) ^ (c1 ^ k0), second, (first >>> 32) ^ (c3 ^ k1), first);
    }

    /// <summary>The 64-bit products of the lower halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Product(ulong multiplier, Vector256<ulong> value) => Avx2.IsSupported
        ? Avx2.Multiply(Vector256.Create(multiplier).AsUInt32(), value.AsUInt32())
        : (value & LowerHalf) * Vector256.Create(multiplier);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Join(Vector256<ulong> even, Vector256<ulong> odd) => ((even & LowerHalf) | (odd << 32)).AsUInt32();

    private static Vector256<ulong> LowerHalf => Vector256.Create(0xFFFF_FFFFUL);
}
