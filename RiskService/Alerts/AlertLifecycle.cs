using Sure.Contracts.Vocabulary;

namespace Sure.RiskService.Alerts;

/// <summary>What becomes of one alert.</summary>
internal abstract record AlertChange(Alert Alert)
{
    /// <summary>It begins.</summary>
    public sealed record Raised(Alert Alert) : AlertChange(Alert);

    /// <summary>It became more severe.</summary>
    public sealed record Escalated(Alert Alert) : AlertChange(Alert);

    /// <summary>It goes on with another value, or less severe.</summary>
    public sealed record Updated(Alert Alert) : AlertChange(Alert);

    /// <summary>It is over.</summary>
    public sealed record Cleared(Alert Alert) : AlertChange(Alert);
}

/// <summary>
/// An alert is raised once, updated while it lasts, escalates, and clears only past the hysteresis. Severity falls back past the same
/// margin, so that a figure that trembles at a limit says it once.
/// </summary>
internal static class AlertLifecycle
{
    /// <summary>What changes, given the alerts that last and the figures now. An alert whose figure is not known lasts as it is.</summary>
    public static IReadOnlyList<AlertChange> Judge(IReadOnlyCollection<Alert> lasting, IReadOnlyCollection<Reading> readings, DateTimeOffset now)
    {
        var before = lasting.ToDictionary(a => (a.AlertType, a.Subject));
        return [.. readings.Select(r => Judge(before.GetValueOrDefault((r.Type, r.Subject)), r, now)).OfType<AlertChange>()];
    }

    /// <summary>The alerts that last once <paramref name="changes"/> are made, most severe first, newest first among equals.</summary>
    public static IReadOnlyList<Alert> After(IReadOnlyCollection<Alert> lasting, IReadOnlyCollection<AlertChange> changes)
    {
        var changed = changes.Select(c => c.Alert.AlertId).ToHashSet();
        return InOrder(lasting.Where(a => !changed.Contains(a.AlertId)).Concat(changes.Where(c => c is not AlertChange.Cleared).Select(c => c.Alert)));
    }

    /// <summary>Most severe first, newest first among equals.</summary>
    public static IReadOnlyList<Alert> InOrder(IEnumerable<Alert> alerts) =>
    [
        .. alerts.OrderByDescending(a => a.Severity).ThenByDescending(a => a.Timestamp).ThenBy(a => a.AlertType).ThenBy(a => a.Subject, StringComparer.Ordinal),
    ];

    private static AlertChange.Cleared Clear(Alert before, Reading reading) =>
        new(before with { Message = reading.DescribeEnd(), CurrentValue = Round(reading.Value), LimitValue = reading.Limit.High });

    private static AlertChange? Judge(Alert? before, Reading reading, DateTimeOffset now)
    {
        if (before is null)
        {
            return reading.Severity is { } severity
                ? new AlertChange.Raised(Describe(reading, severity, Guid.CreateVersion7(now), now))
                : null;
        }

        if (reading.IsBackInside(reading.Limit.High))
        {
            return Clear(before, reading);
        }

        var current = before.Severity switch
        {
            Severity.Critical when !reading.IsBackInside(reading.Limit.Critical) => Severity.Critical,
            _ => reading.Severity ?? Severity.High,
        };
        var after = Describe(reading, current, before.AlertId, before.Timestamp);
        if (after == before)
        {
            return null;
        }

        return after.Severity > before.Severity ? new AlertChange.Escalated(after) : new AlertChange.Updated(after);
    }

    /// <summary>Within the margin the figure is inside its limit and the alert still lasts; its message then says which margin it waits for.</summary>
    private static Alert Describe(Reading reading, Severity severity, Guid id, DateTimeOffset raisedAt) => new(
        id,
        reading.Type,
        reading.Subject,
        severity,
        reading.Severity >= severity ? reading.Describe(severity) : reading.DescribeMargin(severity),
        Round(reading.Value),
        reading.LimitOf(severity),
        raisedAt);

    private static decimal? Round(decimal? value) => value is { } known ? Math.Round(known, 6, MidpointRounding.AwayFromZero) : null;
}
