namespace Sure.BridgeService.Market;

/// <summary>What every answer says about where observations come from.</summary>
/// <param name="Name"><c>simulated</c>, <c>http</c> or <c>keepers</c>.</param>
internal sealed record DataSource(string Name)
{
    private const string Simulated = "simulated";
    private const string Http = "http";
    private const string Keepers = "keepers";

    /// <summary>Of the chosen source.</summary>
    public static DataSource Of(MarketSource source) => new(source switch
    {
        MarketSource.Simulated => Simulated,
        MarketSource.Http => Http,
        MarketSource.None => Keepers,
        _ => throw new ArgumentOutOfRangeException(nameof(source), source, "Not a kind of source."),
    });

    /// <summary>Whether the market is simulated.</summary>
    public bool IsSimulated => Name == Simulated;

    /// <summary>The names of its kind, simulated or real: what rests on one of them goes on under another.</summary>
    public string[] Kind => IsSimulated ? [Simulated] : [Http, Keepers];

    /// <summary>
    /// Whether what <paramref name="source"/> says counts: the simulated market and real sources never make a consensus together. What
    /// keepers push while the market is simulated is kept, and shown as what it is, but not counted.
    /// </summary>
    public bool Counts(string source) => SimulatedMarket.IsItsSource(source) == IsSimulated;
}
