using RabbitMQ.Client;
using Sure.TestServers;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests;

/// <summary>What cannot be handled is put aside by the bus, into a queue that is there from the start and counted.</summary>
[Collection(typeof(OnTheBroker))]
public sealed class DeadLetterTests(PostgresServer postgres, RabbitMqServer rabbit)
{
    private const string Queue = "utilizationservice";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_message_that_cannot_be_read_is_a_dead_letter_and_is_counted()
    {
        var token = TestContext.Current.CancellationToken;
        await rabbit.StartAsync();
        await using var host = await UtilizationHost.StartAsync(
            postgres, settings: new Dictionary<string, string?> { ["ConnectionStrings:messaging"] = rabbit.ConnectionString });
        await Eventually.HoldsAsync(ReadDepthsAsync, m => m.Contains($"\"{Queue}\"}} 0", StringComparison.Ordinal) && m.Contains($"\"{Queue}_error\"}} 0", StringComparison.Ordinal), "both queues are empty", token, Patience);

        await using var connection = await new ConnectionFactory { Uri = new Uri(rabbit.ConnectionString), ContinuationTimeout = Patience }.CreateConnectionAsync(token);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: token);
        await channel.BasicPublishAsync(exchange: "", Queue, "no envelope"u8.ToArray(), token);

        await Eventually.HoldsAsync(ReadDepthsAsync, m => m.Contains($"\"{Queue}\"}} 0", StringComparison.Ordinal) && m.Contains($"\"{Queue}_error\"}} 1", StringComparison.Ordinal), "the message is a dead letter", token, Patience);

        async Task<string> ReadDepthsAsync() => string.Join(
            Environment.NewLine,
            (await host.Alice.GetStringAsync(new Uri("/metrics", UriKind.Relative), token)).Split('\n').Where(l => l.StartsWith("sure_queue_messages", StringComparison.Ordinal)));
    }
}
