using Microsoft.AspNetCore.Http.HttpResults;
using Sure.Contracts.Vocabulary;
using Sure.RiskService.Exposures;
using Sure.RiskService.Snapshots;
using Sure.ServiceDefaults.Problems;

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
        AlertStore store, TimeProvider time, string? severity, string? alert_type, CancellationToken cancellationToken)
    {
        if (severity is not null && !Words<Severity>.TryParse(severity, out _))
        {
            return Problem.Malformed("severity", $"severity must be one of {string.Join(", ", Words<Severity>.All)}.");
        }

        if (alert_type is not null && !Words<AlertType>.TryParse(alert_type, out _))
        {
            return Problem.Malformed("alert_type", $"alert_type must be one of {string.Join(", ", Words<AlertType>.All)}.");
        }

        var alerts = (await store.ReadLastingAsync(cancellationToken))
            .Where(a => severity is null || string.Equals(a.Severity.Word(), severity, StringComparison.OrdinalIgnoreCase))
            .Where(a => alert_type is null || string.Equals(a.AlertType.Word(), alert_type, StringComparison.OrdinalIgnoreCase))
            .ToList();
        return TypedResults.Ok(new AlertList(alerts, alerts.Count, alerts.Count(a => a.Severity == Severity.Critical), time.GetUtcNow()));
    }

    private static async Task<Results<Ok<LimitList>, ProblemHttpResult>> ReadLimitsAsync(
        SnapshotStore store, TimeProvider time, CancellationToken cancellationToken) =>
        await store.ReadAsync(cancellationToken) is { } snapshot
            ? TypedResults.Ok(new LimitList(snapshot.Limits, snapshot.AsOf, time.GetUtcNow()))
            : ExposureEndpoints.NotYetKnown();
}
