using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Market;

namespace Sure.UtilizationService.Vault;

/// <summary>
/// What stops withdrawals whatever their size: who knows of a loss before it is booked must not leave it to those who stay (domain, §3).
/// </summary>
/// <param name="Breaker">Why the circuit breaker is open; null while it is closed.</param>
/// <param name="RunningCoins">Coins on which a trigger run of an active policy has begun, or may have with a point that is not judged yet.</param>
/// <param name="ExploitedBridges">Bridges with an exploit that is detected or confirmed and not settled.</param>
/// <param name="BridgeCoverChains">Chains with active bridge cover.</param>
/// <param name="TouchingIncidents">Incidents, open or confirmed and not settled, that touch active cover.</param>
/// <param name="DrainedBridge">
/// Which bridge of those chains has lost too much for cover of it to be sold, detected or not (<see cref="KnownEvents.WhyDrained"/>); null where none has.
/// </param>
/// <param name="UnknownMarket">
/// What is not known that active cover depends on, as sales judge it (<see cref="KnownEvents.WhyUnknown"/>); null where all of it is known.
/// </param>
public sealed record WithdrawalStops(
    string? Breaker,
    IReadOnlyList<Stablecoin> RunningCoins,
    IReadOnlyList<string> ExploitedBridges,
    IReadOnlyList<Chain> BridgeCoverChains,
    IReadOnlyList<OpenIncident> TouchingIncidents,
    string? DrainedBridge,
    string? UnknownMarket)
{
    private const string KnownEvent = "known-event";

    /// <summary>Nothing stops withdrawals.</summary>
    public static WithdrawalStops None { get; } = new(Breaker: null, [], [], [], [], DrainedBridge: null, UnknownMarket: null);

    /// <summary>The first that stops them; null where nothing does.</summary>
    public VaultRefusal? WhyStopped()
    {
        if (Breaker is not null)
        {
            return new("circuit-breaker", $"The circuit breaker is open: {Breaker}");
        }

        if (RunningCoins.Count > 0)
        {
            return new("trigger-run", $"The price of {string.Join(", ", RunningCoins.Select(c => c.Word()))} is where cover on it may be about to pay.");
        }

        foreach (var chain in BridgeCoverChains)
        {
            if (Bridge.OfChain(chain).FirstOrDefault(b => ExploitedBridges.Contains(b.Id)) is { } bridge)
            {
                return new("exploit", $"An exploit of the bridge {bridge.Id} concerns active bridge cover on {chain.Word()}.");
            }
        }

        if (TouchingIncidents is [var incident, ..])
        {
            return new("incident", $"An incident on {incident.Chain.Word()} concerns active {incident.CoverageType.Word()} cover{(incident.Stablecoin is { } coin ? $" on {coin.Word()}" : "")}.");
        }

        // Whoever reads the chain knows before several sources have said it twice.
        if (DrainedBridge is not null)
        {
            return new(KnownEvent, $"An event that active bridge cover is for may have begun. {DrainedBridge}");
        }

        return UnknownMarket is null ? null : new(KnownEvent, $"An event that active cover is for may have begun unseen. {UnknownMarket}");
    }
}
