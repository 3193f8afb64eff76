using System.Text.Json.Serialization;

namespace Sure.RiskService.Scenarios;

/// <summary>A shock of the library, with where its figures come from.</summary>
public sealed record Scenario : Shock
{
    /// <summary>Its name on the wire; that of its file.</summary>
    public required string Id { get; init; }

    /// <summary>Its name for people.</summary>
    public required string Name { get; init; }

    /// <summary>What happens, and what is left out for want of a figure.</summary>
    public required string Description { get; init; }

    /// <summary>Where the figures were read; <c>hypothetical</c> alone where there is no source.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>How far each figure can be trusted, by its path: <c>peg_ratios.USDC</c>, <c>btc_move</c>.</summary>
    public required IReadOnlyDictionary<string, Confidence> Confidence { get; init; }
}

/// <summary>How far a figure can be trusted.</summary>
public enum Confidence
{
    /// <summary>Read in a recorded series or computed from one.</summary>
    [JsonStringEnumMemberName("high")]
    High,

    /// <summary>Reported by a secondary source.</summary>
    [JsonStringEnumMemberName("medium")]
    Medium,

    /// <summary>Sources disagree, or one of little standing.</summary>
    [JsonStringEnumMemberName("low")]
    Low,

    /// <summary>Assumed; it says nothing about what ever happened.</summary>
    [JsonStringEnumMemberName("hypothetical")]
    Hypothetical,
}
