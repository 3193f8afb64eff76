using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sure.Coordination.Leases;
using Sure.Coordination.Migrations;

namespace Sure.Coordination.Monitors;

/// <summary>Decides when a monitor runs: on the leading instance, at once and then at its interval.</summary>
internal sealed partial class MonitorHost<TMonitor>(
    TMonitor monitor,
    Leadership leadership,
    SchemaReady schema,
    TimeProvider time,
    ILogger<MonitorHost<TMonitor>> logger) : BackgroundService
    where TMonitor : IMonitor
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.WaitAsync(stoppingToken);
        await leadership.RunAsync(monitor.Name, LeadAsync, stoppingToken);
    }

    private async Task LeadAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(monitor.Interval, time);
        do
        {
            await RunOnceAsync(term, cancellationToken);
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private async Task RunOnceAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        using var activity = MonitorTelemetry.Source.StartActivity($"monitor {monitor.Name}");
        var startedAt = time.GetTimestamp();
        var outcome = "ok";
        try
        {
            await monitor.RunOnceAsync(term, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            outcome = "stopped";
            throw;
        }
        catch (LeaseLostException)
        {
            outcome = "deposed";
            throw;
        }
        catch (Exception exception)
        {
            outcome = "failed";
            activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
            Log.CycleFailed(logger, monitor.Name, exception);
        }
        finally
        {
            MonitorTelemetry.CycleDuration.Record(
                time.GetElapsedTime(startedAt).TotalSeconds,
                new KeyValuePair<string, object?>("sure.monitor", monitor.Name),
                new KeyValuePair<string, object?>("sure.outcome", outcome));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "A cycle of {Monitor} failed; the next one comes at its time")]
        public static partial void CycleFailed(ILogger logger, string monitor, Exception exception);
    }
}

/// <summary>What is measured of all monitors.</summary>
internal static class MonitorTelemetry
{
    public static readonly ActivitySource Source = new("Sure.Monitors");

    private static readonly Meter Meter = new("Sure.Monitors");

    public static readonly Histogram<double> CycleDuration =
        Meter.CreateHistogram<double>("sure.monitor.cycle.duration", "s", "Duration of a monitor's cycle, by monitor and outcome.");
}
