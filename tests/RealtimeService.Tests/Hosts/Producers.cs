using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Outbox;

namespace Sure.RealtimeService.Tests.Hosts;

/// <summary>The services whose events RealtimeService tells; each answers what it is asked for, as an outbox does.</summary>
internal sealed class Producers : IAsyncDisposable
{
    public static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Names = ["bridgeservice", "riskservice", "utilizationservice"];

    private readonly Dictionary<string, List<EventEnvelope>> _events = Names.ToDictionary(n => n, _ => new List<EventEnvelope>());
    private readonly Dictionary<string, int> _forgotten = Names.ToDictionary(n => n, _ => 0);
    private readonly Dictionary<string, WebApplication> _apps = [];

    public Dictionary<string, string?> Settings => _apps.ToDictionary(a => $"services:{a.Key}:http:0", a => (string?)a.Value.Urls.Single());

    /// <summary>Pages of events that were answered and not empty: of whom, and after what.</summary>
    public ConcurrentQueue<(string Producer, long After)> Pages { get; } = [];

    public static async Task<Producers> StartAsync()
    {
        var producers = new Producers();
        foreach (var name in Names)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            app.MapGet(OutboxEndpoints.Path, (long after, int limit) => Results.Json(producers.Read(name, after, limit), SureJson.Internal));
            await app.StartAsync();
            producers._apps[name] = app;
        }

        return producers;
    }

    public void Tell(string producer, params IEnumerable<IPlatformEvent> events)
    {
        lock (_events)
        {
            var told = _events[producer];
            told.AddRange(events.Select((e, i) => Envelope(producer, told.Count + i + 1, e)).ToList());
        }
    }

    public static EventEnvelope Envelope(string producer, long sequence, IPlatformEvent told) => new(
        producer, sequence, told.EventId, told.OccurredAt, told.GetType().Name, JsonSerializer.SerializeToElement(told, told.GetType(), SureJson.Internal));

    /// <summary>Keeps only the last events of a producer, as after their retention.</summary>
    public void Forget(string producer, int kept)
    {
        lock (_events)
        {
            _forgotten[producer] = _events[producer].Count - kept;
        }
    }

    public static TrancheUtilizationChanged Tranches(decimal utilization) => new(
        Guid.CreateVersion7(Noon),
        Noon,
        [.. Words<Tranche>.Members.Select(t => new TrancheFigures(t, 10m, 0m, utilization, 1000m, 1000m * utilization, Noon))],
        new PoolFigures(6000m, 4194m, 6000m * utilization, 1, 0.5m, 0.4m, 2400m));

    public static BridgeHealthMade Health(string bridge, decimal score, bool announce = true) => new(
        Guid.CreateVersion7(Noon), Noon, bridge, score, BridgeStatus.Healthy, 1000m, 0m, 1m, ExploitDetected: false, ExploitConfirmed: false, PreviousScore: null, announce, "keepers");

    public static RiskAlertRaised Alert(string message)
    {
        var id = Guid.CreateVersion7(Noon);
        return new RiskAlertRaised(id, Noon, id, "LTV_Breach", "", Severity.High, message, 0.9m, 0.75m);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps.Values)
        {
            await app.DisposeAsync();
        }
    }

    private EventPage Read(string producer, long after, int limit)
    {
        lock (_events)
        {
            var (told, forgotten) = (_events[producer], _forgotten[producer]);
            EventEnvelope[] events = [.. told.Skip(Math.Max((int)after, forgotten)).Take(limit)];
            if (events.Length > 0)
            {
                Pages.Enqueue((producer, after));
            }

            return new EventPage(producer, forgotten + 1, told.Count, events);
        }
    }
}
