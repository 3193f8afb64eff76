using System.Globalization;
using Sure.UtilizationService.Incidents;
using Sure.UtilizationService.Market;
using Sure.UtilizationService.Policies;

namespace Sure.UtilizationService.Claims.Rules;

/// <summary>The rules of cover that no price decides (domain, §5). Pure.</summary>
internal static class EventRules
{
    private static readonly Dictionary<string, decimal> NoParameters = [];

    /// <summary>
    /// Bridge cover: an exploit that was first seen while the policy was in force and is confirmed pays in full. What was seen counts, not
    /// the detection or the confirmation: value is lost when the bridge is drained, and both take their time.
    /// </summary>
    /// <param name="policy">The policy.</param>
    /// <param name="exploits">Exploits of the bridges of its chain.</param>
    public static Finding Judge(Policy policy, IReadOnlyList<Exploit> exploits)
    {
        var concerned = exploits.Where(e => InForce(policy, e.FirstSeenAt)).OrderBy(e => e.FirstSeenAt).ToList();
        var basis = new DecisionBasis("bridge_exploit", NoParameters) { Exploits = concerned };
        if (concerned.Where(e => e.ConfirmedAt is not null).MinBy(e => e.ConfirmedAt) is { } confirmed)
        {
            return new Finding.Met(policy, $"An exploit of the bridge {confirmed.BridgeId} is confirmed: {confirmed.Reason}", basis, confirmed.FirstSeenAt, PayoutFraction: 1);
        }

        return concerned.Find(e => e.ClearedAt is null) is { } detected
            ? new Finding.Undecided(policy, $"An exploit of the bridge {detected.BridgeId} is detected and not confirmed yet.", basis)
            : new Finding.NotMet(policy, "No exploit of a bridge of this chain is confirmed that was first seen while the policy was in force.", basis);
    }

    /// <summary>
    /// Smart-contract cover, and bridge cover where no bridge is monitored: an incident that happened while the policy was in force and is
    /// confirmed pays its loss fraction; of several the greatest.
    /// </summary>
    /// <param name="policy">The policy.</param>
    /// <param name="incidents">Incidents on its coverage type, chain and coin, dismissed ones left out.</param>
    public static Finding Judge(Policy policy, IReadOnlyList<Incident> incidents)
    {
        var concerned = incidents.Where(i => InForce(policy, i.OccurredAt)).OrderBy(i => i.OccurredAt).ToList();
        var basis = new DecisionBasis("confirmed_incident", NoParameters) { Incidents = concerned };
        if (concerned.Where(i => i.Status is IncidentStatus.Confirmed).MaxBy(i => i.LossFraction) is { } confirmed)
        {
            return new Finding.Met(
                policy,
                Text($"An incident of {confirmed.OccurredAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC was recorded by {confirmed.RecordedBy} and confirmed by {confirmed.DecidedBy}."),
                basis with { Arithmetic = Text($"payout fraction = loss fraction {confirmed.LossFraction}") },
                confirmed.OccurredAt,
                confirmed.LossFraction);
        }

        return concerned.Exists(i => i.Status is IncidentStatus.Open)
            ? new Finding.Undecided(policy, "An incident is recorded and not confirmed yet.", basis)
            : new Finding.NotMet(policy, "No incident was confirmed that happened while the policy was in force.", basis);
    }

    private static bool InForce(Policy policy, DateTimeOffset at) => at >= policy.StartsAt && at <= policy.EndsAt;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
