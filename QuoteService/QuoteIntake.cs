using Npgsql;
using Sure.Contracts.Events;
using Sure.Coordination.Intake;
using Sure.QuoteService.Figures;
using Sure.QuoteService.Statistics;

namespace Sure.QuoteService;

/// <summary>Takes the events this service needs: the figures of dynamic pricing, and the policies that quotes became.</summary>
internal sealed class QuoteIntake(NpgsqlDataSource database) : PostgresEventSink(database)
{
    protected override async Task ApplyAsync(
        IReadOnlyList<KnownEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        foreach (var known in events)
        {
            await (known.Event switch
            {
                BridgeHealthMade made => ConditionFigures.KeepAsync(made, connection, transaction, cancellationToken),
                RiskSnapshotTaken taken => ConditionFigures.KeepAsync(taken, connection, transaction, cancellationToken),
                PolicyBound bound => PolicyStatistics.KeepAsync(bound, connection, transaction, cancellationToken),
                _ => Task.CompletedTask,
            });
        }
    }
}
