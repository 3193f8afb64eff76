using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Claims.Evidence;
using Sure.UtilizationService.Claims.Rules;
using Sure.UtilizationService.Incidents;
using Sure.UtilizationService.Market;
using Sure.UtilizationService.Policies;

namespace Sure.UtilizationService.Claims;

/// <summary>
/// What is kept of a decision as evidence: enough to take it again by hand. Amounts, prices and fractions are strings, because a JSON
/// number is a double for RFC 8785 and would not keep every digit. The points are a member as well; they come as text. Of a refusal they are
/// what proves it, and <see cref="Considered"/> says in which of the recorded points that was found.
/// </summary>
internal sealed record DecisionRecord(
    Guid ClaimId,
    DateTimeOffset DecidedAt,
    DecisionRecord.PolicyPart Policy,
    DecisionRecord.RulePart Rule,
    CoverPeriod Period,
    IReadOnlyList<Exploit> Exploits,
    IReadOnlyList<Incident> Incidents,
    DecisionRecord.OutcomePart Decision,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ConsideredPoints? Considered)
{
    /// <summary>How it is written, and the points with it.</summary>
    public static readonly JsonSerializerOptions Exact = new(SureJson.Internal) { Converters = { new DecimalAsString() } };

    /// <summary>The record of a decided <paramref name="claim"/> as canonical JSON, with its points as they are spelt.</summary>
    public static string Of(Claim claim, Policy policy, DecisionBasis basis, CanonicalPoints points) => CanonicalJson.Write(
        JsonSerializer.SerializeToNode(
            new DecisionRecord(
                claim.ClaimId,
                claim.DecidedAt ?? throw new ArgumentException("The claim is not decided.", nameof(claim)),
                new PolicyPart(
                    policy.PolicyId,
                    policy.Product.CoverageType,
                    policy.Product.Chain,
                    policy.Product.Stablecoin,
                    policy.CoverageUsd,
                    policy.Terms),
                new RulePart(basis.Rule, basis.Parameters),
                new CoverPeriod(policy.StartsAt, policy.EndsAt),
                basis.Exploits,
                basis.Incidents,
                new OutcomePart(
                    claim.Status is ClaimStatus.Triggered,
                    claim.TriggeredAt,
                    claim.PayoutFraction,
                    claim.PayoutUsd,
                    claim.ShortfallUsd,
                    claim.Reason,
                    basis.Arithmetic),
                basis.Considered),
            Exact)!.AsObject(),
        "points",
        points.Of(basis.Points));

    internal sealed record PolicyPart(
        Guid PolicyId, CoverageType CoverageType, Chain Chain, Stablecoin Stablecoin, decimal CoverageAmount, PolicyTerms? Terms);

    internal sealed record RulePart(string Name, IReadOnlyDictionary<string, decimal> Parameters);

    internal sealed record OutcomePart(
        bool Triggered,
        DateTimeOffset? TriggeredAt,
        decimal? PayoutFraction,
        decimal? PayoutUsd,
        decimal? ShortfallUsd,
        string Reason,
        string? Arithmetic);

    private sealed class DecimalAsString : JsonConverter<decimal>
    {
        public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            decimal.Parse(reader.GetString()!, NumberStyles.Number, CultureInfo.InvariantCulture);

        public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
    }
}
