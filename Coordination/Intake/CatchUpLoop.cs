using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sure.Coordination.Migrations;

namespace Sure.Coordination.Intake;

/// <summary>
/// Asks the producers for what did not arrive: at start, and again and again, so that neither a lost message nor a broker that is away
/// leaves this service behind for long.
/// </summary>
internal sealed partial class CatchUpLoop(
    EventIntake intake,
    EventSubscription subscription,
    IOptions<IntakeOptions> options,
    IServiceProvider services,
    TimeProvider time,
    ILogger<CatchUpLoop> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (services.GetService(typeof(SchemaReady)) is SchemaReady schema)
        {
            await schema.WaitAsync(stoppingToken);
        }

        // Each on its own: a producer that hangs keeps nobody from the others.
        await Task.WhenAll(subscription.Producers.Select(producer => FollowAsync(producer, stoppingToken)));
    }

    private async Task FollowAsync(string producer, CancellationToken stoppingToken)
    {
        var failing = false;
        using var timer = new PeriodicTimer(options.Value.CatchUpInterval, time);
        do
        {
            try
            {
                await intake.CatchUpAsync(producer, stoppingToken);
                if (failing)
                {
                    failing = false;
                    Log.CaughtUpAgain(logger, producer);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // Stopping.
            }
            catch (Exception exception)
            {
                // The next round tries again; meanwhile the figures say how old they are.
                if (!failing)
                {
                    failing = true;
                    Log.CatchUpFailed(logger, producer, exception.Message);
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Could not catch up with {Producer}; trying again: {Reason}")]
        public static partial void CatchUpFailed(ILogger logger, string producer, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "Caught up with {Producer} again")]
        public static partial void CaughtUpAgain(ILogger logger, string producer);
    }
}
