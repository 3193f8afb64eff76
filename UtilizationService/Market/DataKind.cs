namespace Sure.UtilizationService.Market;

/// <summary>The two kinds of data that never meet in one figure: of the simulated market, and of real sources.</summary>
internal static class DataKind
{
    /// <summary>What BridgeService calls the simulated market; every other name is one of real sources.</summary>
    private const string Simulated = "simulated";

    /// <summary>Whether two data sources are of different kinds. One that is not known, of an older version, is of the kind of the other.</summary>
    public static bool Differ(string? one, string? other) => one is not null && other is not null && IsSimulated(one) != IsSimulated(other);

    private static bool IsSimulated(string dataSource) => dataSource == Simulated;
}
