using System.ComponentModel.DataAnnotations;
using Sure.BridgeService.Observations;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Adapters;

/// <summary>What an upstream calls a coin.</summary>
public sealed class CoinMapping
{
    /// <summary>The upstream's name of it.</summary>
    [Required]
    public string Id { get; set; } = "";

    /// <summary>The coin.</summary>
    [Required]
    public Stablecoin? Stablecoin { get; set; }

    /// <summary>What the upstream's figure is; net asset values only of yield-bearing coins.</summary>
    public PriceKind Kind { get; set; } = PriceKind.Price;

    internal PriceObservation Observe(string source, DateTimeOffset observedAt, decimal value) => new(source, Stablecoin!.Value, Kind, observedAt, value);

    internal Refusal Refused(Refusal refusal) => refusal with { Detail = $"{Id}: {refusal.Detail}" };
}

/// <summary>Coins of one answer.</summary>
internal static class CoinMappings
{
    /// <summary>An answer that is refused as a whole is refused for each of the coins it was asked for.</summary>
    public static IReadOnlyList<Outcome<PriceObservation>> Refused(this IReadOnlyList<CoinMapping> coins, Refusal refusal) =>
        [.. coins.Select(_ => (Outcome<PriceObservation>)refusal)];
}
