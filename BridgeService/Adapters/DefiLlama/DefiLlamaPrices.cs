using System.Text.Json;
using Sure.BridgeService.Observations;

namespace Sure.BridgeService.Adapters.DefiLlama;

/// <summary>
/// Reads <c>GET /prices/current/{ids}</c>:
/// <code>{"coins":{"coingecko:usd-coin":{"symbol":"USDC","price":0.9998,"timestamp":1678505351,"confidence":0.99}}}</code>
/// </summary>
internal static class DefiLlamaPrices
{
    /// <summary>What the answer says of each of <paramref name="coins"/>, in their order.</summary>
    public static IReadOnlyList<Outcome<PriceObservation>> Parse(
        ReadOnlyMemory<byte> body, IReadOnlyList<CoinMapping> coins, decimal leastConfidence, string source) =>
        JsonReading.Parse(body).IsAccepted(out var root, out var refusal) && JsonReading.Member(root, "coins").IsAccepted(out var entries, out refusal)
            ? [.. coins.Select(c => Parse(entries, c, leastConfidence, source))]
            : coins.Refused(refusal);

    private static Outcome<PriceObservation> Parse(JsonElement entries, CoinMapping coin, decimal leastConfidence, string source)
    {
        if (!JsonReading.Member(entries, coin.Id).IsAccepted(out var entry, out var refusal)
            || !JsonReading.Decimal(entry, "price").IsAccepted(out var price, out refusal)
            || !JsonReading.UnixTime(entry, "timestamp").IsAccepted(out var observedAt, out refusal)
            || !JsonReading.Decimal(entry, "confidence").IsAccepted(out var confidence, out refusal))
        {
            return coin.Refused(refusal);
        }

        return confidence switch
        {
            // A confidence in percent is another unit, not a very sure source.
            < 0 or > 1 => coin.Refused(new Refusal(RefusalReason.Malformed, $"A confidence of {confidence} is not between 0 and 1.")),
            _ when confidence < leastConfidence =>
                coin.Refused(new Refusal(RefusalReason.Uncertain, $"A confidence of {confidence} is below {leastConfidence}.")),
            _ => coin.Observe(source, observedAt, price),
        };
    }
}
