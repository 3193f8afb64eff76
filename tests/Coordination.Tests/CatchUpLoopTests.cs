using System.Diagnostics.Metrics;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.Coordination.Intake;
using Sure.Coordination.Outbox;
using Sure.TestServers;

namespace Sure.Coordination.Tests;

public sealed class CatchUpLoopTests
{
    /// <summary>Away for three rounds, there for two, away for two more, and there again.</summary>
    [Fact]
    public async Task That_a_producer_is_away_is_warned_of_once_and_its_return_is_told()
    {
        using var producer = new Producer(new Queue<bool>([false, false, false, true, true, false, false, true]));
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var lines = new LoggedLines();
        using var loggers = new LoggerFactory([lines]);
        var intake = new EventIntake(
            new NothingApplied(),
            producer,
            new ServiceIdentity("riskservice", "one", typeof(CatchUpLoopTests).Assembly),
            services.GetRequiredService<IMeterFactory>(),
            TimeProvider.System,
            loggers.CreateLogger<EventIntake>());
        using var loop = new CatchUpLoop(
            intake,
            new EventSubscription(["producer"]),
            Options.Create(new IntakeOptions { CatchUpInterval = TimeSpan.FromMilliseconds(5) }),
            services,
            TimeProvider.System,
            loggers.CreateLogger<CatchUpLoop>());

        await loop.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.HoldsAsync(
            () => Task.FromResult(lines.Of<CatchUpLoop>().Count(l => l.Level == LogLevel.Information) >= 2),
            "it has come back twice",
            TestContext.Current.CancellationToken);
        await loop.StopAsync(TestContext.Current.CancellationToken);

        var (away, back) = ((LogLevel.Warning, "Could not catch up with producer; trying again: away"), (LogLevel.Information, "Caught up with producer again"));
        Assert.Equal([away, back, away, back], lines.Of<CatchUpLoop>());
    }

    /// <summary>A producer without events, that is there or away as it is told, and there in the end.</summary>
    private sealed class Producer(Queue<bool> rounds) : HttpMessageHandler, IHttpClientFactory
    {
        public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            rounds.TryDequeue(out var isThere) && !isThere
                ? throw new HttpRequestException("away")
                : Task.FromResult(new HttpResponseMessage { Content = JsonContent.Create(new EventPage("producer", 1, 0, []), options: SureJson.Internal) });
    }

    private sealed class NothingApplied : IEventSink
    {
        public Task<long?> GetLastAppliedAsync(string producer, CancellationToken cancellationToken) => Task.FromResult<long?>(0);

        public Task<bool> TryApplyAsync(string producer, IReadOnlyList<EventEnvelope> events, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task RebuildAsync(string producer, long? seen, long firstKept, long last, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
