using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Sure.UtilizationService.Tests.Hosts;

/// <summary>Reads what a producer tells by way of the broker, in the order in which the broker got it.</summary>
internal sealed class ExchangeReader : IAsyncDisposable
{
    private const string Exchange = "sure.events";

    /// <summary>A broker that has just started beside other tests can need long for its first answers; the client would wait ten seconds.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(2);

    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly ConcurrentQueue<JsonObject> _read = new();

    private ExchangeReader(IConnection connection, IChannel channel)
    {
        _connection = connection;
        _channel = channel;
    }

    /// <summary>The envelopes so far.</summary>
    public IReadOnlyList<JsonObject> Envelopes => [.. _read];

    public static async Task<ExchangeReader> OpenAsync(string broker, string producer)
    {
        var token = TestContext.Current.CancellationToken;
        var connection = await new ConnectionFactory
        {
            Uri = new Uri(broker),
            RequestedConnectionTimeout = AnswerLimit,
            HandshakeContinuationTimeout = AnswerLimit,
            ContinuationTimeout = AnswerLimit,
        }.CreateConnectionAsync(token);
        var channel = await connection.CreateChannelAsync(cancellationToken: token);
        var reader = new ExchangeReader(connection, channel);
        await channel.ExchangeDeclareAsync(Exchange, ExchangeType.Topic, durable: true, cancellationToken: token);
        var queue = await channel.QueueDeclareAsync(cancellationToken: token);
        await channel.QueueBindAsync(queue.QueueName, Exchange, producer, cancellationToken: token);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            foreach (var envelope in JsonNode.Parse(delivery.Body.Span)!["message"]!["events"]!.AsArray())
            {
                reader._read.Enqueue(envelope!.AsObject());
            }

            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer, token);
        return reader;
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
