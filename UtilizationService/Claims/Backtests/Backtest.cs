using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Claims.Rules;

namespace Sure.UtilizationService.Claims.Backtests;

/// <summary>Body of <c>POST /api/v2/claims/backtest</c>.</summary>
/// <param name="CoverageType"><c>depeg</c>, <c>cex_liquidation</c> or <c>oracle</c>.</param>
/// <param name="Stablecoin">The coin; matters for yield-bearing ones, whose reference is their net asset value. That of the event where one is named.</param>
/// <param name="Terms">For <c>depeg</c>; the default terms where they are left out.</param>
/// <param name="Event">Name of a stored event of a coin; either this or observations.</param>
/// <param name="StartsAt">Start of the cover; the first observation where it is left out.</param>
/// <param name="EndsAt">End of the cover; the last observation where it is left out.</param>
/// <param name="MinSources">Sources that must each be at or below the trigger; where it is left out 2, or 1 if there is only one.</param>
/// <param name="Observations">In any order; either these or an event.</param>
public sealed record BacktestRequest(
    CoverageType CoverageType,
    Stablecoin? Stablecoin = null,
    BacktestTerms? Terms = null,
    string? Event = null,
    DateTimeOffset? StartsAt = null,
    DateTimeOffset? EndsAt = null,
    int? MinSources = null,
    IReadOnlyList<BacktestObservation?>? Observations = null);

/// <summary>Chosen terms; what is left out is that of the default terms.</summary>
/// <param name="TriggerPrice">Peg ratio at or below which a run begins.</param>
/// <param name="FloorPrice">Peg ratio at which everything is paid.</param>
/// <param name="DwellHours">Hours that the run must last.</param>
public sealed record BacktestTerms(decimal? TriggerPrice = null, decimal? FloorPrice = null, int? DwellHours = null);

/// <summary>What a source said.</summary>
/// <param name="Source">Its name, at most 256 characters.</param>
/// <param name="Price">USD, above 0, at most 10.</param>
/// <param name="ObservedAt">When, within the years 2000 … 2100.</param>
/// <param name="Nav">Net asset value in USD, for yield-bearing coins.</param>
public sealed record BacktestObservation(string Source, decimal Price, DateTimeOffset ObservedAt, decimal? Nav = null);

/// <summary>What a policy would have done.</summary>
/// <param name="Triggered">Whether it would have paid.</param>
/// <param name="TriggeredAt">When the trigger was met.</param>
/// <param name="PayoutFraction">Part of the cover, rounded to 8 decimals.</param>
/// <param name="RunStartedAt">When the run began that triggered it, or that was under way at the end.</param>
/// <param name="Reason">Why.</param>
/// <param name="Points">The consensus at each observation; of more than can be shown, the lowest of every few neighbours.</param>
public sealed record BacktestAnswer(
    bool Triggered,
    DateTimeOffset? TriggeredAt,
    decimal? PayoutFraction,
    DateTimeOffset? RunStartedAt,
    string Reason,
    IReadOnlyList<BacktestPoint> Points);

/// <summary>A consensus point of a back-test.</summary>
/// <param name="Time">When.</param>
/// <param name="PegRatio">Null without consensus.</param>
/// <param name="Below">Whether it could begin a run or carry one on.</param>
public sealed record BacktestPoint(DateTimeOffset Time, decimal? PegRatio, bool Below);

/// <summary>What a policy would have done with a series of prices: the very rules that decide claims, over other points. Pure.</summary>
/// <param name="CoverageType">What is covered, decided by prices.</param>
/// <param name="Stablecoin">The coin; null for one whose reference is 1.</param>
/// <param name="Terms">Of <c>depeg</c>; null for the others.</param>
/// <param name="Period">When the cover would have been in force.</param>
/// <param name="MinSources">Sources that must agree.</param>
/// <param name="Observations">At least one.</param>
public sealed record Backtest(
    CoverageType CoverageType,
    Stablecoin? Stablecoin,
    PolicyTerms? Terms,
    CoverPeriod Period,
    int MinSources,
    IReadOnlyList<BacktestObservation> Observations)
{
    private const int FractionDecimals = 8;

    /// <summary>Runs it.</summary>
    public BacktestAnswer Run(TriggerOptions triggers, BacktestOptions options)
    {
        ArgumentNullException.ThrowIfNull(triggers);
        ArgumentNullException.ThrowIfNull(options);
        var rule = PriceRule.For(CoverageType, Terms, triggers with { MinSources = MinSources });
        var series = ObservedSeries.Make(Stablecoin, Observations, MinSources, triggers, options);
        var points = Shown(series.Observed, rule, options.MostPoints);
        return rule.Judge(series.Points, Period) switch
        {
            Verdict.Triggered t => new(
                Triggered: true, t.At, Math.Round(t.PayoutFraction, FractionDecimals, MidpointRounding.AwayFromZero), t.RunStartedAt, t.Reason, points),
            Verdict.Running r => new(Triggered: false, TriggeredAt: null, PayoutFraction: null, r.StartedAt, r.Reason, points),
            var other => new(Triggered: false, TriggeredAt: null, PayoutFraction: null, RunStartedAt: null, other.Reason, points),
        };
    }

    /// <summary>Of every few neighbours the lowest, so that no dip is lost on the way to a chart.</summary>
    private static List<BacktestPoint> Shown(IReadOnlyList<ConsensusPoint> points, PriceRule rule, int most) =>
        [.. points.Chunk((points.Count + most - 1) / most).Select(few => few.MinBy(p => p.PegRatio ?? decimal.MaxValue)!).Select(p => new BacktestPoint(p.At, p.PegRatio, rule.Touches(p)))];
}
