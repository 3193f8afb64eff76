using Microsoft.Extensions.Options;
using Npgsql;
using Sure.BridgeService.SourceQuality;
using Sure.Coordination.Writing;

namespace Sure.BridgeService.Observations;

/// <summary>Takes what keepers post: finds what is known of the sources, judges, keeps.</summary>
internal sealed class ObservationIntake(NpgsqlDataSource database, IOptions<IngestionOptions> options, TimeProvider time)
{
    /// <summary>Keeps what is accepted; all of it is committed when this answers. Two round trips and the commit, whatever the number.</summary>
    /// <param name="posted">At most <see cref="IngestionOptions.LargestBatch"/>.</param>
    /// <param name="maySpeakFor">Whether the caller may speak for a source.</param>
    /// <param name="cancellationToken">Stops it; then nothing is kept.</param>
    public async Task<IReadOnlyList<ObservationResult>> TakeAsync(
        IReadOnlyList<PostedObservation> posted, Func<string, bool> maySpeakFor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var observations = posted.Select(ObservationRules.Normalized).ToList();
        var faults = observations.Select(o => ObservationRules.FaultOf(o, maySpeakFor, now, options.Value)).ToList();
        var sound = observations.Where((_, i) => faults[i] is null).ToList();

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var known = await ObservationStore.LockAndReadAsync(connection, transaction, sound, cancellationToken);
        var judged = ObservationRules.Judge(observations, faults, known);
        var batch = new WriteBatch(connection, transaction);
        ObservationStore.Append(batch, judged.Accepted, now);
        SourceQualityStore.WriteRefusals(batch, ObservationRules.RefusalsOf(observations, judged.Results, maySpeakFor), now);
        await batch.ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        ObservationTelemetry.Count(judged.Results);
        return judged.Results;
    }
}
