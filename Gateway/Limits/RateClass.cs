namespace Sure.Gateway.Limits;

/// <summary>Requests that are counted together.</summary>
internal enum RateClass
{
    /// <summary>All that is counted nowhere else.</summary>
    General,

    /// <summary><c>/quote/*</c>.</summary>
    Quotes,

    /// <summary>POST <c>/policies</c>.</summary>
    Policies,

    /// <summary>POST <c>/claims</c>.</summary>
    Claims,

    /// <summary>POST <c>/vault/*</c>.</summary>
    Vault,

    /// <summary>POST <c>/observations</c>.</summary>
    Observations,

    /// <summary>Back-tests of claims and bridges.</summary>
    Backtests,

    /// <summary>Stress tests.</summary>
    StressTests,

    /// <summary>Keys that PostgreSQL was asked about and that are none; counted for the address, beside the request.</summary>
    Lookups,
}

/// <summary>Which requests are counted, and with which others.</summary>
internal static class RateClasses
{
    /// <summary>The path whose requests count as many as they hold quotes.</summary>
    public static readonly PathString QuoteBatch = "/api/v2/quote/batch";

    private static readonly PathString Quote = "/api/v2/quote";
    private static readonly PathString Policies = "/api/v2/policies";
    private static readonly PathString Claims = "/api/v2/claims";
    private static readonly PathString ClaimBacktest = "/api/v2/claims/backtest";
    private static readonly PathString BridgeBacktest = "/api/v2/bridge-health/backtest";
    private static readonly PathString Vault = "/api/v2/vault";
    private static readonly PathString Observations = "/api/v2/observations";
    private static readonly PathString StressTest = "/api/v2/risk/stress-test";

    /// <summary>The class of a request. Spellings that lead to the same endpoint – letters' case, a slash at the end – are one.</summary>
    /// <param name="method">As sent.</param>
    /// <param name="path">Decoded; one that is not plain leads nowhere, whatever it counts as.</param>
    public static RateClass Of(string method, PathString path)
    {
        if (path.StartsWithSegments(Quote, StringComparison.OrdinalIgnoreCase))
        {
            return RateClass.Quotes;
        }

        if (!HttpMethods.IsPost(method))
        {
            return RateClass.General;
        }

        return Is(path, Policies) ? RateClass.Policies
            : Is(path, Claims) ? RateClass.Claims
            : Is(path, ClaimBacktest) || Is(path, BridgeBacktest) ? RateClass.Backtests
            : path.StartsWithSegments(Vault, StringComparison.OrdinalIgnoreCase) ? RateClass.Vault
            : Is(path, Observations) ? RateClass.Observations
            : Is(path, StressTest) ? RateClass.StressTests
            : RateClass.General;
    }

    /// <summary>Whether <paramref name="path"/> is <paramref name="wanted"/> for the router.</summary>
    public static bool Is(PathString path, PathString wanted) =>
        path.StartsWithSegments(wanted, StringComparison.OrdinalIgnoreCase, out var rest) && (!rest.HasValue || rest == "/");
}
