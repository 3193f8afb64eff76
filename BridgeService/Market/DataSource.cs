namespace Sure.BridgeService.Market;

/// <summary>What every answer says about where observations come from.</summary>
/// <param name="Name"><c>simulated</c>, <c>http</c> or <c>keepers</c>.</param>
internal sealed record DataSource(string Name)
{
    /// <summary>Of the chosen source.</summary>
    public static DataSource Of(MarketSource source) => new(source switch
    {
        MarketSource.Simulated => "simulated",
        MarketSource.Http => "http",
        MarketSource.None => "keepers",
        _ => throw new ArgumentOutOfRangeException(nameof(source), source, "Not a kind of source."),
    });
}
