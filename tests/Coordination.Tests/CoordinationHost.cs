using System.Diagnostics.Metrics;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Intake;
using Sure.Coordination.Leases;
using Sure.Coordination.Outbox;
using Sure.TestServers;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Sure.Coordination.Tests;

/// <summary>A service that has nothing but coordination: a producer with an outbox, and a consumer with a sink.</summary>
internal sealed class CoordinationHost : IAsyncDisposable
{
    public static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    /// <summary>So long that busy cores lose no lease; renewed far more often than it must be.</summary>
    public static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(10);

    private readonly TestService _service;

    private CoordinationHost(TestService service) => _service = service;

    public NpgsqlDataSource Database => _service.Services.GetRequiredService<NpgsqlDataSource>();

    public Leadership Leadership => _service.Services.GetRequiredService<Leadership>();

    public OutboxStore Outbox => _service.Services.GetRequiredService<OutboxStore>();

    public EventIntake Intake => _service.Services.GetRequiredService<EventIntake>();

    public Uri Address => _service.Client.BaseAddress!;

    public T Service<T>()
        where T : notnull => _service.Services.GetRequiredService<T>();

    /// <param name="database">Where its outbox is.</param>
    /// <param name="relays">Whether it relays events, to a broker that is away; otherwise tests number them themselves.</param>
    public static async Task<CoordinationHost> ProducerAsync(string database, bool relays = false) => new(await TestService.StartAsync(
        "Coordination.Tests",
        new Dictionary<string, string?>(Settings(database)) { ["Identity:Name"] = "producer" },
        b =>
        {
            b.AddSchema();
            if (relays)
            {
                b.AddOutbox();
                b.AddEventBus("messaging");
            }
            else
            {
                b.Services.AddSingleton<OutboxStore>();
            }
        },
        a => a.MapEvents()));

    /// <param name="database">Where its sink is.</param>
    /// <param name="producer">Where the producer is.</param>
    /// <param name="clock">Its clock; the system's where none is given.</param>
    public static async Task<CoordinationHost> ConsumerAsync(string database, Uri producer, TimeProvider? clock = null) => new(await TestService.StartAsync(
        "Coordination.Tests",
        new Dictionary<string, string?>(Settings(database)) { ["Identity:Name"] = "riskservice", ["services:producer:http:0"] = producer.ToString(), ["Intake:CatchUpInterval"] = "00:01:00" },
        b =>
        {
            b.Services.AddSingleton(clock ?? TimeProvider.System);
            b.AddSchema();
            b.AddIntake<NoteSink>("producer");
        },
        _ => { }));

    public static PolicyExpired Event(decimal number) => new(
        Guid.CreateVersion7(Noon), Noon, Guid.CreateVersion7(Noon), CoverageType.Depeg, Chain.Base, Stablecoin.DAI, number);

    /// <summary>Writes an event beside a note of the same number, in one transaction.</summary>
    public async Task TellAsync(decimal number, bool commit = true)
    {
        await using var connection = await Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("INSERT INTO note VALUES (@Text)", new { Text = $"{number}" }, transaction);
        await connection.AppendEventsAsync(transaction, [Event(number)], CancellationToken.None);
        if (commit)
        {
            await transaction.CommitAsync();
        }
    }

    public async Task<IReadOnlyList<string>> NotesAsync()
    {
        await using var connection = await Database.OpenConnectionAsync();
        return [.. await connection.QueryAsync<string>("SELECT text FROM note")];
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await Database.OpenConnectionAsync();
        await connection.ExecuteAsync(sql);
    }

    public async Task<T?> QueryAsync<T>(string sql)
    {
        await using var connection = await Database.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<T>(sql);
    }

    /// <summary>What the gauge says of the producer; null where it says nothing.</summary>
    public double? Measure(string gauge)
    {
        double? measured = null;
        var meters = _service.Services.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == gauge && ReferenceEquals(instrument.Meter.Scope, meters))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) => measured = tags.Contains(new("sure.producer", "producer")) ? value : measured);
        listener.Start();
        listener.RecordObservableInstruments();
        return measured;
    }

    /// <summary>When the lease ends unless it is renewed.</summary>
    public async Task<DateTime> LeaseEndAsync()
    {
        await using var connection = await Database.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<DateTime>("SELECT expires_at FROM lease");
    }

    /// <summary>Leads for as long as <paramref name="body"/> takes.</summary>
    public async Task LeadAsync(Func<LeaseTerm, Task> body)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var done = new TaskCompletionSource();
        var leading = Leadership.RunAsync(
            "work",
            async (term, cancellationToken) =>
            {
                try
                {
                    await body(term);
                    done.TrySetResult();
                }
                catch (Exception exception)
                {
                    done.TrySetException(exception);
                }

                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            },
            stop.Token);
        try
        {
            await done.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }
        finally
        {
            await stop.CancelAsync();
            await leading;
        }
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    private static Dictionary<string, string?> Settings(string database) => new()
    {
        ["ConnectionStrings:platform"] = database,
        ["Leases:Duration"] = LeaseDuration.ToString(),
        ["Leases:RenewInterval"] = "00:00:00.5",
    };
}

/// <summary>Writes down each event that is applied.</summary>
internal sealed class NoteSink(NpgsqlDataSource database) : PostgresEventSink(database)
{
    protected override Task ApplyAsync(
        IReadOnlyList<KnownEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        connection.ExecuteAsync("INSERT INTO note VALUES (@Text)", events.Select(e => new { Text = $"{((PolicyExpired)e.Event).CoverageUsd}" }), transaction);
}
