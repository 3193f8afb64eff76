using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Sure.Coordination.Messaging;

/// <summary>
/// Measures how many messages wait in the queue of this service and in that of its dead letters, by asking the broker for them: the same
/// wherever the broker runs, whatever plugins it has. The queue of dead letters is made here, so that it can be asked for before there
/// are any.
/// </summary>
internal sealed partial class QueueWatch : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, uint> _depths = new(StringComparer.Ordinal);
    private readonly string _queue;
    private readonly string _deadLetters;
    private readonly ConnectionFactory _broker;
    private readonly TimeProvider _time;
    private readonly ILogger<QueueWatch> _logger;

    public QueueWatch(Uri address, ServiceIdentity service, IMeterFactory meters, TimeProvider time, ILogger<QueueWatch> logger)
    {
        _queue = service.Name;
        _deadLetters = $"{service.Name}_error";
        _time = time;
        _logger = logger;
        _broker = new ConnectionFactory
        {
            Uri = address,
            ClientProvidedName = $"{service.Name} queue watch",
            // Connecting anew is what the next look does.
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = Interval,
            ContinuationTimeout = Interval,
        };
        meters.Create("Sure.Queues").CreateObservableGauge(
            "sure.queue.messages",
            () => _depths.Select(d => new Measurement<long>(d.Value, new KeyValuePair<string, object?>("messaging.destination.name", d.Key))),
            "{message}",
            "Messages that wait in the queue of this service and in that of its dead letters; none while the broker is away.");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        do
        {
            try
            {
                await WatchAsync(timer, stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                // Old figures would be taken for present ones. That the broker is away is said elsewhere. Whatever it was, who only measures ends
                // no process.
                _depths.Clear();
                Log.NotSeen(_logger, exception.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task WatchAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        await using var connection = await _broker.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        // As the bus declares them when it has the first dead letter.
        var quorum = new Dictionary<string, object?>(StringComparer.Ordinal) { [Headers.XQueueType] = "quorum" };
        await channel.ExchangeDeclareAsync(_deadLetters, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(_deadLetters, durable: true, exclusive: false, autoDelete: false, quorum, cancellationToken: cancellationToken);
        await channel.QueueBindAsync(_deadLetters, _deadLetters, "", cancellationToken: cancellationToken);
        do
        {
            foreach (var queue in new[] { _deadLetters, _queue })
            {
                _depths[queue] = await channel.MessageCountAsync(queue, cancellationToken);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "It is not known what waits in the queues: {Reason}")]
        public static partial void NotSeen(ILogger logger, string reason);
    }
}
