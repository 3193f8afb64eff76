using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Migrations;

namespace Sure.Gateway.Webhooks;

/// <summary>
/// Attempts what is due. Every instance does; what one has taken no other takes, until it would have to be over. A receiver that is slow
/// or away has some of the attempts at a time, never all.
/// </summary>
internal sealed partial class WebhookPump(
    DeliveryStore store,
    WebhookSender sender,
    SchemaReady schema,
    IOptions<WebhookOptions> options,
    Func<double> chance,
    TimeProvider time,
    ILogger<WebhookPump> logger) : BackgroundService
{
    /// <summary>Longer than an attempt and its recording can take.</summary>
    private static readonly TimeSpan TakenFor = TimeSpan.FromMinutes(1);

    private static readonly Meter Meter = new("Sure.Webhooks");

    private static readonly Counter<long> Attempts =
        Meter.CreateCounter<long>("sure.webhook.attempts", "{attempt}", "Attempts to deliver to a webhook, by what became of them.");

    private static readonly Counter<long> GivenUp =
        Meter.CreateCounter<long>("sure.webhook.given_up", "{delivery}", "Deliveries that no attempt succeeded for in time.");

    private readonly List<(Guid WebhookId, Task Work)> _running = [];

    /// <summary>Takes what is due and for which there is room, and begins to attempt it; how many.</summary>
    internal async Task<int> BeginDueAsync(CancellationToken cancellationToken)
    {
        _running.RemoveAll(r => r.Work.IsCompleted);
        var room = options.Value.Concurrency - _running.Count;
        if (room <= 0)
        {
            return 0;
        }

        var now = time.GetUtcNow();
        // A webhook gets no more while attempts to it are under way; the next look comes soon.
        var busy = _running.Select(r => r.WebhookId).Distinct().ToArray();
        var taken = await store.TakeAsync(now, now + TakenFor, room, options.Value.ConcurrencyPerWebhook, busy, cancellationToken);
        _running.AddRange(taken.Select(a => (a.WebhookId, AttemptAsync(a))));
        return taken.Count;
    }

    /// <summary>Completes when everything that was begun is over.</summary>
    internal Task IdleAsync() => Task.WhenAll(_running.Select(r => r.Work));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Concurrency == 0)
        {
            return;
        }

        // There from the start, so that the first one is an increase.
        GivenUp.Add(0);
        try
        {
            await schema.WaitAsync(stoppingToken);
            using var timer = new PeriodicTimer(options.Value.PollInterval, time);
            while (true)
            {
                await BeginAllDueAsync(stoppingToken);
                // A finished attempt makes room at once; without any the next look is at its time.
                var next = timer.WaitForNextTickAsync(stoppingToken).AsTask();
                while (!next.IsCompleted && _running.Count > 0)
                {
                    await Task.WhenAny(_running.Select(r => r.Work).Append(next));
                    await BeginAllDueAsync(stoppingToken);
                }

                await next;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was begun comes to its end: it takes no longer than an attempt may.
            await IdleAsync();
        }
    }

    private async Task BeginAllDueAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await BeginDueAsync(cancellationToken) > 0)
            {
                // There may be more.
            }
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            Log.NotTaken(logger, exception.Message);
        }
    }

    private async Task AttemptAsync(Attempt attempt)
    {
        var answer = await sender.SendAsync(attempt);
        Attempts.Add(1, new KeyValuePair<string, object?>("sure.outcome", answer.Outcome.Word()));
        var now = time.GetUtcNow();
        var next = answer.Outcome is AttemptOutcome.Delivered
            ? null
            : RetrySchedule.Next(attempt.Number, attempt.CreatedAt, now, chance(), options.Value);
        if (next is null && answer.Outcome is not AttemptOutcome.Delivered)
        {
            GivenUp.Add(1);
            Log.GaveUp(logger, attempt.DeliveryId, attempt.WebhookId, attempt.Number, answer.Outcome, answer.StatusCode);
        }

        try
        {
            await store.RecordAsync(attempt, answer, next, now, CancellationToken.None);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            // It is due again when it is not taken any more; a receiver that has it knows it by its id.
            Log.NotRecorded(logger, attempt.DeliveryId, exception.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Deliveries to webhooks could not be looked for: {Reason}")]
        public static partial void NotTaken(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "What became of delivery {Delivery} could not be recorded; it will be attempted again: {Reason}")]
        public static partial void NotRecorded(ILogger logger, Guid delivery, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Gave up delivery {Delivery} to webhook {Webhook} after {Attempts} attempts: {Outcome} {StatusCode}")]
        public static partial void GaveUp(ILogger logger, Guid delivery, Guid webhook, int attempts, AttemptOutcome outcome, int? statusCode);
    }
}
