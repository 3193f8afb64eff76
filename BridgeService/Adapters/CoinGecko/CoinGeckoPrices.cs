using System.Text.Json;
using Sure.BridgeService.Observations;

namespace Sure.BridgeService.Adapters.CoinGecko;

/// <summary>
/// Reads <c>GET /simple/price?ids=…&amp;vs_currencies=usd&amp;include_last_updated_at=true</c>:
/// <code>{"usd-coin":{"usd":0.9998,"last_updated_at":1678505351}}</code>
/// </summary>
internal static class CoinGeckoPrices
{
    /// <summary>What the answer says of each of <paramref name="coins"/>, in their order.</summary>
    public static IReadOnlyList<Outcome<PriceObservation>> Parse(ReadOnlyMemory<byte> body, IReadOnlyList<CoinMapping> coins, string source) =>
        JsonReading.Parse(body).IsAccepted(out var root, out var refusal) ? [.. coins.Select(c => Parse(root, c, source))] : coins.Refused(refusal);

    private static Outcome<PriceObservation> Parse(JsonElement root, CoinMapping coin, string source) =>
        JsonReading.Member(root, coin.Id).IsAccepted(out var entry, out var refusal)
        && JsonReading.Decimal(entry, "usd").IsAccepted(out var price, out refusal)
        && JsonReading.UnixTime(entry, "last_updated_at").IsAccepted(out var observedAt, out refusal)
            ? coin.Observe(source, observedAt, price)
            : coin.Refused(refusal);
}
