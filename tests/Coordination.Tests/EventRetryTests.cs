using MassTransit;
using Sure.Contracts.Events;
using Sure.Coordination.Messaging;

namespace Sure.Coordination.Tests;

/// <summary>What becomes of a message that cannot be taken: a dead letter where it is at fault, and none while something is away.</summary>
public sealed class EventRetryTests
{
    [Fact]
    public async Task A_message_at_fault_is_given_up_after_forty_more_attempts()
    {
        var (attempts, isTaken) = await SendAsync(_ => new InvalidOperationException("It cannot be applied."));

        Assert.Equal((41, false), (attempts, isTaken));
    }

    [Fact]
    public async Task While_something_is_away_it_waits()
    {
        var (attempts, isTaken) = await SendAsync(attempt => attempt <= 100 ? new HttpRequestException("Nobody is there.") : null);

        Assert.Equal((101, true), (attempts, isTaken));
    }

    [Fact]
    public async Task Attempts_while_something_is_away_do_not_count_against_it()
    {
        var (attempts, isTaken) = await SendAsync(attempt => attempt switch
        {
            <= 30 => new InvalidOperationException("It cannot be applied."),
            31 => new TimeoutException("Nobody answers."),
            <= 61 => new InvalidOperationException("It cannot be applied."),
            _ => null,
        });

        Assert.Equal((62, true), (attempts, isTaken));
    }

    private static async Task<(int Attempts, bool IsTaken)> SendAsync(Func<int, Exception?> failure)
    {
        var token = TestContext.Current.CancellationToken;
        var attempts = 0;
        var taken = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var bus = Bus.Factory.CreateUsingInMemory(setup =>
        {
            setup.ReceiveEndpoint("events", queue =>
            {
                queue.UseEventRetries(TimeSpan.FromMilliseconds(1));
                queue.Handler<EventBatch>(_ =>
                {
                    if (failure(++attempts) is { } exception)
                    {
                        throw exception;
                    }

                    taken.SetResult(true);
                    return Task.CompletedTask;
                });
            });
            setup.ReceiveEndpoint("given-up", queue => queue.Handler<Fault<EventBatch>>(_ =>
            {
                taken.SetResult(false);
                return Task.CompletedTask;
            }));
        });
        await bus.StartAsync(token);
        try
        {
            await bus.Publish(new EventBatch("producer", []), token);
            var isTaken = await taken.Task.WaitAsync(TimeSpan.FromMinutes(1), token);
            return (attempts, isTaken);
        }
        finally
        {
            await bus.StopAsync(token);
        }
    }
}
