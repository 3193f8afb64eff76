using Sure.RiskService.LossModel;

namespace Sure.Bench;

/// <summary>One simulation: what it found and what it took.</summary>
/// <param name="ExpectedLoss">Mean loss.</param>
/// <param name="Var99">The ⌈0.99 n⌉-th smallest.</param>
/// <param name="Cvar99">The mean from that one up.</param>
/// <param name="Seconds">Time elapsed.</param>
/// <param name="CpuSeconds">Processor time of all its threads.</param>
internal sealed record LossRun(Estimate ExpectedLoss, Estimate Var99, Estimate Cvar99, double Seconds, double CpuSeconds)
{
    /// <summary>Times <paramref name="simulation"/>.</summary>
    public static LossRun Of(Func<(Estimate ExpectedLoss, Estimate Var99, Estimate Cvar99)> simulation)
    {
        var cpu = Environment.CpuUsage.TotalTime;
        var startedAt = TimeProvider.System.GetTimestamp();
        var (expectedLoss, var99, cvar99) = simulation();
        var elapsed = TimeProvider.System.GetElapsedTime(startedAt);
        return new LossRun(expectedLoss, var99, cvar99, elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }
}
