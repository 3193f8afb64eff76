using System.Net;
using Sure.EndToEndTests;

namespace Sure.FaultTests;

/// <summary>The capital that policies are sold against.</summary>
internal static class TheCapital
{
    /// <summary>In the loss shares of the tranches.</summary>
    private static readonly (string Tranche, decimal Share)[] Shares =
        [("SURE_BTC", .25m), ("SURE_SNR", .20m), ("SURE_MEZZ", .18m), ("SURE_JNR", .15m), ("SURE_JNR_PLUS", .12m), ("SURE_EQT", .10m)];

    /// <summary>How many deposits it is.</summary>
    public static int Deposits => Shares.Length;

    public static async Task DepositAsync(DoubledPlatform platform)
    {
        foreach (var (tranche, share) in Shares)
        {
            var deposit = await platform.Running.Operator.PostJsonAsync("/api/v2/vault/deposit", new { tranche_id = tranche, amount_usd = 10_000_000m * share });
            Assert.True(deposit.Status == HttpStatusCode.Created, deposit.ToString());
        }
    }
}
