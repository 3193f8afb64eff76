using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Sure.Coordination.Leases;
using Sure.Coordination.Migrations;
using Sure.Coordination.Monitors;
using Sure.TestServers;

namespace Sure.Coordination.Tests;

public sealed class MonitorTests(PostgresServer postgres)
{
    [Fact]
    public async Task A_cycle_that_failed_is_tried_again_soon_and_then_less_often()
    {
        await using var host = await CoordinationHost.ProducerAsync(await postgres.CreateDatabaseAsync());
        var time = new ImpatientTime();
        // Ten seconds, then twice as long each time, but no longer than the interval; from the first success the interval; and anew.
        var monitor = new ScriptedMonitor(TimeSpan.FromSeconds(60), fails: [true, true, true, true, true, false, false, true, true]);
        using var hosted = new MonitorHost<ScriptedMonitor>(
            monitor,
            host.Leadership,
            host.Service<SchemaReady>(),
            new MonitorTelemetry(host.Service<IMeterFactory>(), time),
            time,
            NullLogger<MonitorHost<ScriptedMonitor>>.Instance);

        await hosted.StartAsync(TestContext.Current.CancellationToken);
        await monitor.Done.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        await hosted.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal([10, 20, 40, 60, 60, 60, 60, 10, 20], time.Waits.Select(w => w.TotalSeconds));
    }

    /// <summary>Succeeds and fails as it was told, and then does not end any more.</summary>
    private sealed class ScriptedMonitor(TimeSpan interval, bool[] fails) : IMonitor
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _cycles;

        public string Name => "scripted";

        public TimeSpan Interval => interval;

        public Task Done => _done.Task;

        public async Task RunOnceAsync(LeaseTerm term, CancellationToken cancellationToken)
        {
            if (_cycles == fails.Length)
            {
                _done.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            if (fails[_cycles++])
            {
                throw new InvalidOperationException("It fails.");
            }
        }
    }

    /// <summary>Stands still and lets nobody wait, but remembers for how long they would have.</summary>
    private sealed class ImpatientTime : TimeProvider
    {
        public List<TimeSpan> Waits { get; } = [];

        public override long GetTimestamp() => 0;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Add(dueTime);
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
