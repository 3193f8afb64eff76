using MassTransit;
using Sure.ServiceDefaults.Problems;

namespace Sure.Coordination.Messaging;

/// <summary>How often events are tried that could not be taken.</summary>
internal static class EventRetries
{
    /// <summary>
    /// Attempts at events that are at fault themselves. They take six minutes, and RabbitMQ closes a channel on which a delivery has not been
    /// acknowledged for half an hour: the last of those that were taken ahead has waited for the others. Then they are a dead letter, and are
    /// still fetched from their producer.
    /// </summary>
    private const int AtFault = 40;

    /// <summary>Attempts while something is away: then events wait in the queue, however often it is given to somebody anew.</summary>
    private const int Away = 1000;

    /// <summary>Tries again with growing pauses of up to <paramref name="longest"/>.</summary>
    public static void UseEventRetries(this IConsumePipeConfigurator queue, TimeSpan longest)
    {
        queue.UseMessageRetry(retry =>
        {
            retry.Handle<Exception>(BrokenDependency.Is);
            retry.BackOff(Away, longest);
        });
        queue.UseMessageRetry(retry =>
        {
            retry.Ignore<Exception>(BrokenDependency.Is);
            retry.BackOff(AtFault, longest);
        });
    }

    private static void BackOff(this IRetryConfigurator retry, int times, TimeSpan longest) =>
        retry.Exponential(times, longest / 100, longest, longest / 50);
}
