using System.Numerics;
using System.Text.Json;
using Sure.BridgeService.Observations;

namespace Sure.BridgeService.Adapters.Pyth;

/// <summary>
/// Reads <c>GET /v2/updates/price/latest?ids[]=…</c>; a figure is its number times 10 to the power of <c>expo</c>:
/// <code>{"parsed":[{"id":"eaa0…","price":{"price":"99981234","conf":"45678","expo":-8,"publish_time":1692110601}}]}</code>
/// </summary>
internal static class PythPrices
{
    /// <summary>Beyond it a price has no digit that could be kept.</summary>
    private const int MostExponent = 18;

    /// <summary>What the answer says of each of <paramref name="feeds"/>, in their order.</summary>
    /// <param name="mostConfidenceRatio">Half the width of the confidence interval over the price; a wider one is refused.</param>
    public static IReadOnlyList<Outcome<PriceObservation>> Parse(
        ReadOnlyMemory<byte> body, IReadOnlyList<CoinMapping> feeds, decimal mostConfidenceRatio, string source)
    {
        if (!JsonReading.Parse(body).IsAccepted(out var root, out var refusal) || !JsonReading.Member(root, "parsed").IsAccepted(out var entries, out refusal))
        {
            return feeds.Refused(refusal);
        }

        return entries.ValueKind == JsonValueKind.Array
            ? [.. feeds.Select(f => Parse(entries, f, mostConfidenceRatio, source))]
            : feeds.Refused(new Refusal(RefusalReason.Malformed, $"parsed should be an array, not {entries.ValueKind}."));
    }

    private static Outcome<PriceObservation> Parse(JsonElement entries, CoinMapping feed, decimal mostConfidenceRatio, string source)
    {
        var entry = entries.EnumerateArray().FirstOrDefault(e =>
            JsonReading.Member(e, "id").IsAccepted(out var id, out _)
            && id.ValueKind == JsonValueKind.String
            && string.Equals(Bare(id.GetString()!), Bare(feed.Id), StringComparison.OrdinalIgnoreCase));
        if (entry.ValueKind == JsonValueKind.Undefined)
        {
            return feed.Refused(new Refusal(RefusalReason.Missing, "The feed is not in the answer."));
        }

        if (!JsonReading.Member(entry, "price").IsAccepted(out var said, out var refusal)
            || !JsonReading.Integer(said, "expo").IsAccepted(out var exponent, out refusal)
            || !JsonReading.Integer(said, "price").IsAccepted(out var mantissa, out refusal)
            || !JsonReading.Integer(said, "conf").IsAccepted(out var half, out refusal)
            || !JsonReading.UnixTime(said, "publish_time").IsAccepted(out var observedAt, out refusal))
        {
            return feed.Refused(refusal);
        }

        if (BigInteger.Abs(exponent) > MostExponent)
        {
            return feed.Refused(new Refusal(RefusalReason.Malformed, $"An expo of {exponent} is not within ±{MostExponent}."));
        }

        if (!FixedPoint.Of(mantissa, (int)-exponent).IsAccepted(out var price, out refusal)
            || !FixedPoint.Of(half, (int)-exponent).IsAccepted(out var confidence, out refusal))
        {
            return feed.Refused(refusal);
        }

        if (price <= 0 || confidence < 0)
        {
            return feed.Refused(new Refusal(RefusalReason.OutOfRange, $"{price} ± {confidence} is no price."));
        }

        return confidence / price <= mostConfidenceRatio
            ? feed.Observe(source, observedAt, price)
            : feed.Refused(new Refusal(RefusalReason.Uncertain, $"{price} ± {confidence} is wider than ± {mostConfidenceRatio} of the price."));
    }

    /// <summary>An id without <c>0x</c>, which some write and some do not.</summary>
    public static string Bare(string id) => id.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? id[2..] : id;
}
