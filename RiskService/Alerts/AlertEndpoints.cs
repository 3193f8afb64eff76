using Microsoft.AspNetCore.Http.HttpResults;
using Sure.Contracts.Vocabulary;
using Sure.RiskService.Exposures;
using Sure.RiskService.Snapshots;
using Sure.ServiceDefaults.Queries;

namespace Sure.RiskService.Alerts;

/// <summary>Alerts that last and match.</summary>
public sealed record AlertList(IReadOnlyList<Alert> Alerts, int TotalAlerts, int CriticalCount, DateTimeOffset Timestamp);

/// <summary>A limit and where the book stands.</summary>
/// <param name="AlertType">What it is about.</param>
/// <param name="Subject">A stablecoin, or empty.</param>
/// <param name="CurrentValue">A fraction; null for coverage without any capital.</param>
/// <param name="HighLimit">From here on <c>High</c>.</param>
/// <param name="CriticalLimit">From here on <c>Critical</c>.</param>
/// <param name="Severity">What the figure is now; null inside its limit.</param>
public sealed record LimitDocument(AlertType AlertType, string Subject, decimal? CurrentValue, decimal HighLimit, decimal CriticalLimit, Severity? Severity);

/// <summary>Every limit, as of the last snapshot.</summary>
public sealed record LimitList(IReadOnlyList<LimitDocument> Limits, DateTimeOffset AsOf, DateTimeOffset Timestamp);

/// <summary>Risk alerts and the limits behind them.</summary>
internal static class AlertEndpoints
{
    public static void MapAlerts(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v2/risk").WithTags("Risk");
        group.MapGet("/alerts", ListAsync).WithName("ListAlerts").WithSummary("Alerts that last, most severe first.");
        group.MapGet("/limits", ReadLimitsAsync).WithName("ListLimits").WithSummary("The limits and where the book stands.");
    }

    private static async Task<Results<Ok<AlertList>, ProblemHttpResult>> ListAsync(
        AlertStore store, TimeProvider time, [OneOf<Severity>] string? severity, [OneOf<AlertType>] string? alert_type, CancellationToken cancellationToken)
    {
        if (!Filter.TryRead<Severity>("severity", severity, out var bySeverity, out var refusal)
            || !Filter.TryRead<AlertType>("alert_type", alert_type, out var byType, out refusal))
        {
            return refusal;
        }

        var alerts = (await store.ReadLastingAsync(cancellationToken))
            .Where(a => (bySeverity is null || a.Severity == bySeverity) && (byType is null || a.AlertType == byType))
            .ToList();
        return TypedResults.Ok(new AlertList(alerts, alerts.Count, alerts.Count(a => a.Severity == Severity.Critical), time.GetUtcNow()));
    }

    private static async Task<Results<Ok<LimitList>, ProblemHttpResult>> ReadLimitsAsync(
        SnapshotStore store, TimeProvider time, CancellationToken cancellationToken) =>
        await store.ReadAsync(cancellationToken) is { } snapshot
            ? TypedResults.Ok(new LimitList(snapshot.Limits, snapshot.AsOf, time.GetUtcNow()))
            : ExposureEndpoints.NotYetKnown();
}
