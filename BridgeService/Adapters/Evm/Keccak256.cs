using System.Buffers.Binary;
using System.Numerics;

namespace Sure.BridgeService.Adapters.Evm;

/// <summary>
/// Keccak-256 as Ethereum uses it: the sponge of [1] with the padding of the original submission, not that of SHA3-256, which the
/// framework has.
/// [1] FIPS 202, SHA-3 Standard, 2015: §3.2 the steps, §3.2.5 the round constants, §5.1 the padding.
/// </summary>
internal static class Keccak256
{
    private const int RateBytes = 136;
    private const int Rounds = 24;

    /// <summary>Rotation of lane (x, y) at index x + 5y ([1] table 2, modulo 64).</summary>
    private static ReadOnlySpan<byte> Rotations =>
        [0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14];

    private static readonly ulong[] RoundConstants = MakeRoundConstants();

    /// <summary>The 32 bytes of the hash.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> message)
    {
        Span<ulong> state = stackalloc ulong[25];
        state.Clear();
        while (message.Length >= RateBytes)
        {
            Absorb(state, message[..RateBytes]);
            message = message[RateBytes..];
        }

        Span<byte> last = stackalloc byte[RateBytes];
        last.Clear();
        message.CopyTo(last);
        last[message.Length] = 0x01;
        last[^1] |= 0x80;
        Absorb(state, last);

        var hash = new byte[32];
        for (var i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(hash.AsSpan(8 * i), state[i]);
        }

        return hash;
    }

    private static void Absorb(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        for (var i = 0; i < RateBytes / 8; i++)
        {
            state[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(8 * i)..]);
        }

        Span<ulong> columns = stackalloc ulong[5];
        Span<ulong> moved = stackalloc ulong[25];
        foreach (var constant in RoundConstants)
        {
            // θ
            for (var x = 0; x < 5; x++)
            {
                columns[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20];
            }

            // θ's sum, then ρ and π: lane (x, y) goes to (y, 2x + 3y).
            for (var i = 0; i < 25; i++)
            {
                var (x, y) = (i % 5, i / 5);
                var lane = state[i] ^ columns[(x + 4) % 5] ^ BitOperations.RotateLeft(columns[(x + 1) % 5], 1);
                moved[y + (5 * (((2 * x) + (3 * y)) % 5))] = BitOperations.RotateLeft(lane, Rotations[i]);
            }

            // χ
            for (var i = 0; i < 25; i++)
            {
                var row = i - (i % 5);
                state[i] = moved[i] ^ (~moved[row + ((i + 1) % 5)] & moved[row + ((i + 2) % 5)]);
            }

            // ι
            state[0] ^= constant;
        }
    }

    /// <summary>Bit 2^j − 1 of each constant is the next output of the shift register x⁸ + x⁶ + x⁵ + x⁴ + 1.</summary>
    private static ulong[] MakeRoundConstants()
    {
        var constants = new ulong[Rounds];
        var register = 1;
        for (var round = 0; round < Rounds; round++)
        {
            for (var j = 0; j < 7; j++)
            {
                if ((register & 1) != 0)
                {
                    constants[round] |= 1UL << ((1 << j) - 1);
                }

                register = (register << 1) ^ ((register >> 7) * 0x171);
            }
        }

        return constants;
    }
}
