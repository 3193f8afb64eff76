using System.Text.Json;
using Dapper;
using Npgsql;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Audit;
using Sure.Coordination.Reading;
using Sure.Coordination.Writing;

namespace Sure.UtilizationService.Incidents;

/// <summary>Incidents in PostgreSQL.</summary>
internal sealed class IncidentStore(NpgsqlDataSource database)
{
    private const string Columns =
        "incident_id, coverage_type, chain, stablecoin, occurred_at, evidence_url, loss_fraction, status, recorded_by, recorded_client, to_json(recorded_makers)::text AS recorded_makers, recorded_at, decided_by, decided_at";

    /// <summary>Incidents, newest first; those with <paramref name="status"/> where it is given.</summary>
    public async Task<IReadOnlyList<Incident>> ListAsync(IncidentStatus? status, PageRequest page, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"""
            SELECT {Columns} FROM incident
            WHERE (@Status::text IS NULL OR status = @Status) AND (@Before::uuid IS NULL OR incident_id < @Before)
            ORDER BY incident_id DESC LIMIT @Limit
            """,
            new { Status = status?.Word(), page.Before, page.Limit },
            cancellationToken: cancellationToken));
        return [.. rows.Select(r => r.ToIncident())];
    }

    /// <summary>Confirmed incidents whose policies have not all been decided.</summary>
    public async Task<IReadOnlyList<Incident>> ListUnsettledAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM incident WHERE status = 'confirmed' AND settled_at IS NULL ORDER BY decided_at",
            cancellationToken: cancellationToken));
        return [.. rows.Select(r => r.ToIncident())];
    }

    /// <summary>Incidents that concern a product and happened in a span, dismissed ones left out, oldest first.</summary>
    public async Task<IReadOnlyList<Incident>> FindAsync(
        Product product, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"""
            SELECT {Columns} FROM incident
            WHERE coverage_type = @CoverageType AND chain = @Chain AND (stablecoin IS NULL OR stablecoin = @Stablecoin)
              AND occurred_at BETWEEN @From AND @To AND status <> 'dismissed'
            ORDER BY occurred_at
            """,
            new
            {
                CoverageType = product.CoverageType.Word(),
                Chain = product.Chain.Word(),
                Stablecoin = product.Stablecoin.Word(),
                From = from.UtcDateTime,
                To = to.UtcDateTime,
            },
            cancellationToken: cancellationToken));
        return [.. rows.Select(r => r.ToIncident())];
    }

    /// <summary>Keeps a new one, and writes down who recorded it.</summary>
    public async Task AddAsync(Incident incident, Recorder recorder, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var batch = new WriteBatch(connection, transaction);
        batch.Add(
            """
            INSERT INTO incident (incident_id, coverage_type, chain, stablecoin, occurred_at, evidence_url, loss_fraction, status,
                                  recorded_by, recorded_client, recorded_makers, recorded_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9, $10, $11)
            """,
            incident.IncidentId,
            incident.CoverageType.Word(),
            incident.Chain.Word(),
            incident.Stablecoin?.Word(),
            incident.OccurredAt.ToUniversalTime(),
            incident.EvidenceUrl,
            incident.LossFraction,
            incident.RecordedBy,
            recorder.ClientId,
            recorder.Makers.ToArray(),
            incident.RecordedAt.ToUniversalTime());
        AuditTrail.Write(batch, incident.RecordedBy, "incident_recorded", incident, incident.RecordedAt);
        await batch.ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The incident with who recorded it, locked until the transaction ends; null where there is none.</summary>
    public static async Task<(Incident Incident, Recorder Recorder)?> LockAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid incidentId, CancellationToken cancellationToken) =>
        await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM incident WHERE incident_id = @Id FOR UPDATE", new { Id = incidentId }, transaction, cancellationToken: cancellationToken))
            is { } row
            ? (row.ToIncident(), new Recorder(row.RecordedBy, row.RecordedClient, JsonSerializer.Deserialize<string[]>(row.RecordedMakers)!))
            : null;

    private sealed record Row(
        Guid IncidentId,
        string CoverageType,
        string Chain,
        string? Stablecoin,
        DateTime OccurredAt,
        string EvidenceUrl,
        decimal LossFraction,
        string Status,
        string RecordedBy,
        string RecordedClient,
        string RecordedMakers,
        DateTime RecordedAt,
        string? DecidedBy,
        DateTime? DecidedAt)
    {
        public Incident ToIncident() => new(
            IncidentId,
            Words<CoverageType>.Parse(CoverageType),
            Words<Chain>.Parse(Chain),
            Stablecoin is null ? null : Words<Stablecoin>.Parse(Stablecoin),
            new DateTimeOffset(OccurredAt),
            EvidenceUrl,
            LossFraction,
            Words<IncidentStatus>.Parse(Status),
            RecordedBy,
            new DateTimeOffset(RecordedAt),
            DecidedBy,
            DecidedAt.ToMoment());
    }
}
