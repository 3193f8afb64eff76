namespace Sure.Gateway.Pages;

/// <summary>Where operators look at what the platform tells of itself; null members are not there.</summary>
/// <param name="TracesUrl">Traces.</param>
/// <param name="MetricsUrl">Metrics.</param>
/// <param name="LogsUrl">Logs.</param>
internal sealed record PageLinks(string? TracesUrl, string? MetricsUrl, string? LogsUrl);
