using Sure.BridgeService.Bridges;
using Sure.BridgeService.Market;
using Sure.BridgeService.Observations;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Tests.Backtests;

/// <summary>What the rules make of a market in which nothing happens.</summary>
public sealed class CalmDecadeTests
{
    private const int MinutesPerYear = 365 * 24 * 60;
    private const int StepMinutes = 20;

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// Flows that move the value of a bridge by 4 % around its mean, with a half-life of ten hours, and three sources that each err by
    /// 0.2 %: as the simulated market, without its shocks and faults. Ten years of minutes, each year with a market of its own.
    /// </summary>
    [Fact]
    public void Ten_calm_years_raise_no_exploit_and_no_critical_alert()
    {
        var years = new List<IPlatformEvent>[10];

        Parallel.For(0, years.Length, year => years[year] = Live(seed: (ulong)year + 1));

        var events = years.SelectMany(y => y).ToList();
        var alerts = events.OfType<BridgeAlertRaised>().CountBy(a => a.Severity).ToDictionary();
        TestContext.Current.TestOutputHelper!.WriteLine($"Alerts in ten calm years: {string.Join(", ", alerts.Select(a => $"{a.Key} {a.Value}"))}");
        Assert.DoesNotContain(events, e => e is ExploitDetected or ExploitConfirmed);
        Assert.DoesNotContain(Severity.Critical, alerts.Keys);
        Assert.Equal(0, alerts.GetValueOrDefault(Severity.High));
        Assert.Equal(0, alerts.GetValueOrDefault(Severity.Medium));
    }

    private static List<IPlatformEvent> Live(ulong seed)
    {
        var noise = new Noise(seed);
        var flows = FlowsOf(noise);
        string[] sources = ["a", "b", "c"];
        var streams = sources.Select(Noise.StreamOf).ToArray();
        var bridge = Bridge.All[0];
        var assessor = new BridgeAssessor(new BridgeOptions());
        var state = BridgeState.New(Start);
        var events = new List<IPlatformEvent>();
        for (var minute = 0; minute < MinutesPerYear; minute++)
        {
            var now = Start.AddMinutes(minute);
            var (step, part) = (minute / StepMinutes, (double)(minute % StepMinutes) / StepMinutes);
            var tvl = 100e6 * Math.Exp(((1 - part) * flows[step]) + (part * flows[step + 1]));
            var said = new BridgeObservation[sources.Length];
            for (var i = 0; i < sources.Length; i++)
            {
                said[i] = new BridgeObservation(sources[i], bridge.Id, now, (decimal)Math.Round(tvl * (1 + (0.002 * noise.Normal(streams[i], minute))), 2));
            }

            var assessment = assessor.Assess(new BridgeEvidence(bridge, now, said, [], TvlBeforeUsd: null), state, "calm");
            state = assessment.State;
            events.AddRange(assessment.Events.Where(e => e is not BridgeHealthMade));
        }

        return events;
    }

    /// <summary>
    /// The flows at their grid, thirtieths of the half-life of ten hours, between which they are linear: x(n + 1) = φ x(n) + σ √(1 − φ²) ε with
    /// φ = 2^(−1/30), exact for the process of Uhlenbeck and Ornstein on a grid.
    /// </summary>
    private static double[] FlowsOf(Noise noise)
    {
        const double Deviation = 0.04;
        var stream = Noise.StreamOf("flows");
        var phi = Math.Pow(2, -1 / 30.0);
        var flows = new double[(MinutesPerYear / StepMinutes) + 2];
        flows[0] = Deviation * noise.Normal(stream, 0);
        for (var step = 1; step < flows.Length; step++)
        {
            flows[step] = (phi * flows[step - 1]) + (Deviation * Math.Sqrt(1 - (phi * phi)) * noise.Normal(stream, step));
        }

        return flows;
    }
}
