using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sure.Coordination.Leases;
using Sure.Coordination.Migrations;

namespace Sure.Coordination.Monitors;

/// <summary>
/// Decides when a monitor runs: on the leading instance, at once and then at its interval; after a cycle that failed, sooner.
/// </summary>
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

    /// <summary>From the start of a cycle that failed to that of the next, doubled with each that fails after it, up to the interval.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

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
            var retry = Retry;
            while (true)
            {
                var startedAt = time.GetTimestamp();
                var succeeded = await SucceedsAsync(term, cancellationToken);
                var period = succeeded || retry > monitor.Interval ? monitor.Interval : retry;
                retry = succeeded ? Retry : period * 2;
                var left = period - time.GetElapsedTime(startedAt);
                await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellationToken);
            }
        }
        finally
        {
            telemetry.Ended(monitor.Name);
        }
    }

    /// <summary>One cycle; false where it failed.</summary>
    private async Task<bool> SucceedsAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        using var activity = MonitorTelemetry.Source.StartActivity($"monitor {monitor.Name}");
        var startedAt = time.GetTimestamp();
        var outcome = Succeeded;
        try
        {
            await monitor.RunOnceAsync(term, cancellationToken);
            return true;
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
            return false;
        }
        finally
        {
            telemetry.Record(monitor.Name, time.GetElapsedTime(startedAt), outcome, succeeded: outcome is Succeeded);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "A cycle of {Monitor} failed; it is tried again")]
        public static partial void CycleFailed(ILogger logger, string monitor, Exception exception);
    }
}
