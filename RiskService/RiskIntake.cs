using Dapper;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Coordination.Intake;
using Sure.RiskService.Correlation;
using Sure.RiskService.Exposures;
using Sure.RiskService.ModelCheck;
using Sure.RiskService.Statistics;

namespace Sure.RiskService;

/// <summary>
/// Takes the events this service lives on: UtilizationService's for the book, BridgeService's for the history of peg ratios and the
/// frequency of alerts.
/// </summary>
internal sealed class RiskIntake(NpgsqlDataSource database, BookProjection book) : PostgresEventSink(database)
{
    /// <summary>Whose events make the book.</summary>
    public const string Utilization = "utilizationservice";

    /// <summary>Whose events make the history of peg ratios.</summary>
    public const string Bridges = "bridgeservice";

    /// <summary>
    /// Reads the whole book anew, whatever is kept of it, and continues from there; no event is applied meanwhile. False where it was never
    /// read: then that is about to happen.
    /// </summary>
    /// <exception cref="HttpRequestException">UtilizationService does not answer; nothing changed.</exception>
    public async Task<bool> RebuildBookAsync(CancellationToken cancellationToken)
    {
        await using var connection = await Database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var known = await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
            "SELECT sequence FROM intake WHERE producer = @Producer FOR UPDATE", new { Producer = Utilization }, transaction, cancellationToken: cancellationToken));
        if (known is null)
        {
            return false;
        }

        await AllowWaitingAsync(connection, transaction, cancellationToken);
        var sequence = await book.RebuildAsync(connection, transaction, cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE intake SET sequence = @Sequence WHERE producer = @Producer",
            new { Sequence = sequence, Producer = Utilization },
            transaction,
            cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    protected override async Task ApplyAsync(
        IReadOnlyList<KnownEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await PegHistory.KeepAsync(events.Select(e => e.Event).OfType<PriceConsensusMade>(), connection, transaction, cancellationToken);
        foreach (var (envelope, known) in events)
        {
            await (known switch
            {
                BridgeAlertRaised or BridgeAlertResolved => AlertStatistics.KeepAsync([known], connection, transaction, cancellationToken),
                PolicyTriggered triggered => KeepAsync(triggered, connection, transaction, cancellationToken),
                // Only these move the time the book is true for.
                _ when envelope.Producer == Utilization => BookProjection.ApplyAsync(known, connection, transaction, cancellationToken),
                _ => Task.CompletedTask,
            });
        }
    }

    private static async Task KeepAsync(
        PolicyTriggered triggered, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await BookProjection.ApplyAsync(triggered, connection, transaction, cancellationToken);
        await ForecastStore.KeepAsync(connection, transaction, [ForecastStore.LossOf(triggered)], cancellationToken);
    }

    protected override Task<long> RebuildAsync(
        string producer, long firstKept, long last, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        producer == Utilization
            ? book.RebuildAsync(connection, transaction, cancellationToken)
            : base.RebuildAsync(producer, firstKept, last, connection, transaction, cancellationToken);
}
