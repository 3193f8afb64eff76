using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Sure.BridgeService.Adapters;
using Sure.BridgeService.Observations;
using Sure.Coordination.Monitors;
using Sure.TestServers;

namespace Sure.BridgeService.Tests.Adapters;

/// <summary>The adapters as the service has them, on a clock that the test moves, with what they count and log.</summary>
internal sealed class AdapterHost : IDisposable
{
    /// <summary>The round of Chainlink in which USDC stood lowest, 0.88.</summary>
    public static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_678_521_083);

    private readonly IHost _host;
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, double> _ages = new(StringComparer.Ordinal);

    public AdapterHost(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)).Reverse().DistinctBy(s => s.Key));
        builder.AddServiceDefaults();
        builder.Services.AddOptions<IngestionOptions>().BindConfiguration("Ingestion");
        builder.Services.AddOptions<MonitoringOptions>().BindConfiguration("Monitoring");
        builder.AddAdapters();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(Log);
        // As loud as an operator may make it.
        builder.Logging.AddFilter("System.Net.Http.HttpClient", LogLevel.Trace);
        builder.Services.AddSingleton<TimeProvider>(Time);
        _host = builder.Build();

        var meter = _host.Services.GetRequiredService<AdapterTelemetry>().Meter;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            _counts.AddOrUpdate($"{instrument.Name} {string.Join(' ', tags.ToArray().Select(t => t.Value))}", value, (_, sum) => sum + value));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, _) => _ages[(string)tags[0].Value!] = value);
        _listener.Start();
    }

    public SettableTime Time { get; } = new(Now);

    public LoggedLines Log { get; } = new();

    public T Service<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public IObservationSource Source(string name) => _host.Services.GetServices<IObservationSource>().Single(s => s.Name == name);

    /// <summary>What a source says that is answered at once.</summary>
    public Task<ObservationBatch> ReadAsync(string source) =>
        Source(source).ReadAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    /// <summary>What a source says that tries again or waits in vain.</summary>
    public Task<ObservationBatch> ReadWhileTimePassesAsync(string source) =>
        WhileTimePassesAsync(Source(source).ReadAsync(TestContext.Current.CancellationToken));

    /// <summary>Awaits a task whose delays and limits are on the clock of the test: as long as it is not done, the clock moves by 0.2 s at each look.</summary>
    public async Task<T> WhileTimePassesAsync<T>(Task<T> task)
    {
        await Eventually.HoldsAsync(
            () =>
            {
                if (!task.IsCompleted)
                {
                    Time.Advance(TimeSpan.FromMilliseconds(200));
                }

                return Task.FromResult(task.IsCompleted);
            },
            "the read ended",
            TestContext.Current.CancellationToken);
        return await task;
    }

    /// <summary>How often an outcome was counted.</summary>
    public long Requests(string source, string outcome) => _counts.GetValueOrDefault($"sure.adapter.requests {source} {outcome}");

    /// <summary>How often an outcome was counted.</summary>
    public long Observations(string source, string outcome) => _counts.GetValueOrDefault($"sure.adapter.observations {source} {outcome}");

    /// <summary>Age of the newest observation in seconds, by source.</summary>
    public IReadOnlyDictionary<string, double> Ages()
    {
        _listener.RecordObservableInstruments();
        return _ages;
    }

    public void Dispose()
    {
        _listener.Dispose();
        // Requests that a failed test left under way are waited for, and that by the clock of the test.
        var disposal = Task.Run(_host.Dispose);
        while (!disposal.Wait(TimeSpan.FromMilliseconds(50)))
        {
            Time.Advance(TimeSpan.FromSeconds(1));
        }
    }
}

/// <summary>A clock that can be set back, as somebody sets a wall clock; timers and spans go on as they do.</summary>
internal sealed class SettableTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private TimeSpan _behind;

    public void SetBack(TimeSpan by) => _behind += by;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - _behind;

    public override long GetTimestamp() => base.GetUtcNow().Ticks;
}

/// <summary>Keeps what is logged.</summary>
internal sealed class LoggedLines : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Lines => [.. _lines];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue($"{formatter(state, exception)} {exception}");

    public void Dispose()
    {
        // Nothing to give back; the lines are still read.
    }
}
