using System.Diagnostics;
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
    MonitorTelemetry telemetry,
    TimeProvider time,
    ILogger<MonitorHost<TMonitor>> logger) : BackgroundService
    where TMonitor : IMonitor
{
    private const string Succeeded = "ok";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.WaitAsync(stoppingToken);
        await leadership.RunAsync(monitor.Name, LeadAsync, stoppingToken);
    }

    private async Task LeadAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        telemetry.Began(monitor.Name, monitor.Interval);
        try
        {
            using var timer = new PeriodicTimer(monitor.Interval, time);
            do
            {
                await RunOnceAsync(term, cancellationToken);
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        finally
        {
            telemetry.Ended(monitor.Name);
        }
    }

    private async Task RunOnceAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        using var activity = MonitorTelemetry.Source.StartActivity($"monitor {monitor.Name}");
        var startedAt = time.GetTimestamp();
        var outcome = Succeeded;
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
            telemetry.Record(monitor.Name, time.GetElapsedTime(startedAt), outcome, succeeded: outcome is Succeeded);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "A cycle of {Monitor} failed; the next one comes at its time")]
        public static partial void CycleFailed(ILogger logger, string monitor, Exception exception);
    }
}
