namespace Sure.BridgeService.Market;

/// <summary>
/// Random numbers by address instead of by order: each is a function of seed, stream and index alone, so a market can be asked for any
/// time without having lived through what was before.
/// </summary>
/// <param name="Seed">Of the market.</param>
internal readonly record struct Noise(ulong Seed)
{
    /// <summary>Uniform in (0, 1).</summary>
    public double Uniform(ulong stream, long index) =>
        ((Hash(stream, index) >> 11) + 0.5) * (1.0 / (1UL << 53));

    /// <summary>Standard normal, by Box and Muller (1958).</summary>
    public double Normal(ulong stream, long index)
    {
        var radius = Math.Sqrt(-2 * Math.Log(Uniform(stream, index)));
        return radius * Math.Cos(2 * Math.PI * Uniform(Mix(stream ^ 0x9E3779B97F4A7C15), index));
    }

    /// <summary>A stream of its own for each name.</summary>
    public static ulong StreamOf(string name)
    {
        unchecked
        {
            // FNV-1a, 64 bit.
            var hash = 14695981039346656037UL;
            foreach (var letter in name)
            {
                hash = (hash ^ letter) * 1099511628211UL;
            }

            return hash;
        }
    }

    private ulong Hash(ulong stream, long index)
    {
        unchecked
        {
            return Mix(Mix(Mix(Seed) ^ stream) ^ (ulong)index);
        }
    }

    /// <summary>One step of SplitMix64 (Steele, Lea, Flood 2014).</summary>
    private static ulong Mix(ulong value)
    {
        unchecked
        {
            value += 0x9E3779B97F4A7C15;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}
