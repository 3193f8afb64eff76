namespace Sure.LocalHost.Demonstration;

/// <summary>What the demonstration consists of. The same at every start and on every machine.</summary>
public static class DemonstrationBook
{
    /// <summary>All capital, in USD.</summary>
    public const decimal CapitalUsd = 10_000_000m;

    /// <summary>The part of it that earns elsewhere, in USD.</summary>
    public const decimal DeployedUsd = 6_000_000m;

    /// <summary>Policies are added up to this coverage over effective capital.</summary>
    public const decimal TargetLtv = 0.55m;

    private const int Seed = 20260101;

    /// <summary>More than are needed, in place of those that are declined.</summary>
    private const int Prepared = 450;

    private static readonly int[] Durations = [30, 60, 90, 90, 180, 180, 365];

    /// <summary>Their mean makes about 300 policies of the coverage that is wanted.</summary>
    private static readonly decimal[] Amounts = [2_500m, 5_000m, 5_000m, 7_500m, 10_000m, 10_000m, 15_000m, 20_000m, 40_000m];

    private static readonly Choice[] Types =
    [
        new("depeg", 40), new("smart_contract", 22), new("cex_liquidation", 14), new("oracle", 13), new("bridge", 11),
    ];

    private static readonly Choice[] Chains =
    [
        new("Ethereum", 26), new("Arbitrum", 14), new("Base", 12), new("Polygon", 10), new("Optimism", 10), new("Solana", 9), new("TON", 9),
        new("Bitcoin", 6), new("Lightning", 4),
    ];

    private static readonly Choice[] Coins =
    [
        new("USDC", 17), new("USDT", 15), new("DAI", 11), new("USDe", 9), new("PYUSD", 7), new("FRAX", 6), new("GHO", 5), new("LUSD", 5),
        new("crvUSD", 5), new("sUSDe", 5), new("USDY", 5), new("USDP", 4), new("BUSD", 3), new("mkUSD", 3),
    ];

    /// <summary>The capital of each tranche by its id, in loss shares: so all are used alike.</summary>
    public static IReadOnlyDictionary<string, decimal> Deposits { get; } = new Dictionary<string, decimal>(StringComparer.Ordinal)
    {
        ["SURE_BTC"] = CapitalUsd * 0.25m,
        ["SURE_SNR"] = CapitalUsd * 0.20m,
        ["SURE_MEZZ"] = CapitalUsd * 0.18m,
        ["SURE_JNR"] = CapitalUsd * 0.15m,
        ["SURE_JNR_PLUS"] = CapitalUsd * 0.12m,
        ["SURE_EQT"] = CapitalUsd * 0.10m,
    };

    /// <summary>
    /// The policies in the order in which they are bound. The weights keep every coin, chain and type far below its limit at the target;
    /// that holds for any beginning of the list, so a book that ends early is a sound one too.
    /// </summary>
    public static IReadOnlyList<DemonstrationPolicy> Policies { get; } = Draw();

    private static List<DemonstrationPolicy> Draw()
    {
#pragma warning disable CA5394 // Nothing is to be kept secret; it is to be the same every time.
        var random = new Random(Seed);
        var policies = new List<DemonstrationPolicy>(Prepared);
        while (policies.Count < Prepared)
        {
            var (type, chain, coin) = (Pick(Types, random), Pick(Chains, random), Pick(Coins, random));
            if (IsOffered(type, chain))
            {
                policies.Add(new(type, chain, coin, Amounts[random.Next(Amounts.Length)], Durations[random.Next(Durations.Length)]));
            }
        }

        return policies;
#pragma warning restore CA5394
    }

    /// <summary>Chains without contracts or bridges have no cover for them.</summary>
    private static bool IsOffered(string type, string chain) => (type, chain) switch
    {
        ("smart_contract" or "oracle", "Bitcoin" or "Lightning") => false,
        ("bridge", "Bitcoin") => false,
        _ => true,
    };

    private static string Pick(Choice[] choices, Random random)
    {
#pragma warning disable CA5394
        var at = random.Next(choices.Sum(c => c.Weight));
#pragma warning restore CA5394
        foreach (var choice in choices)
        {
            at -= choice.Weight;
            if (at < 0)
            {
                return choice.Word;
            }
        }

        return choices[^1].Word;
    }

    private sealed record Choice(string Word, int Weight);
}
