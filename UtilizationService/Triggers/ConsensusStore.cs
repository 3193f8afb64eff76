using System.Runtime.CompilerServices;
using System.Text.Json;
using Dapper;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Reading;
using Sure.UtilizationService.Claims.Rules;

namespace Sure.UtilizationService.Triggers;

/// <summary>The recorded consensus points of a coin.</summary>
internal sealed class ConsensusStore(NpgsqlDataSource database)
{
    private const string Columns = "point_id, sequence, at, peg_ratio, consensus, sources::text AS sources, navs::text AS navs, data_source";

    /// <summary>Up to <paramref name="limit"/> points after <paramref name="pointId"/>, in sequence.</summary>
    public async Task<IReadOnlyList<RecordedPoint>> ReadAfterAsync(Stablecoin coin, long pointId, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM consensus_point WHERE stablecoin = @Coin AND point_id > @PointId ORDER BY point_id LIMIT @Limit",
            new { Coin = coin.Word(), PointId = pointId, Limit = limit },
            cancellationToken: cancellationToken));
        return [.. rows.Select(r => new RecordedPoint(r.PointId, r.ToPoint()))];
    }

    /// <summary>The points of a span, in sequence, up to and including <paramref name="lastPointId"/>; one after the other, as they are asked for.</summary>
    public async IAsyncEnumerable<ConsensusPoint> ReadSpanAsync(
        Stablecoin coin,
        DateTimeOffset from,
        DateTimeOffset to,
        [EnumeratorCancellation] CancellationToken cancellationToken,
        long lastPointId = long.MaxValue)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = connection.QueryUnbufferedAsync<Row>(
            $"""
            SELECT {Columns} FROM consensus_point
            WHERE stablecoin = @Coin AND at BETWEEN @From AND @To AND point_id <= @Last ORDER BY point_id
            """,
            new { Coin = coin.Word(), From = from.UtcDateTime, To = to.UtcDateTime, Last = lastPointId });
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            yield return row.ToPoint();
        }
    }

    /// <summary>The first point later than <paramref name="at"/>; null where there is none yet.</summary>
    public async Task<ConsensusPoint?> FindNextAsync(Stablecoin coin, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QueryFirstOrDefaultAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM consensus_point WHERE stablecoin = @Coin AND at > @At ORDER BY at LIMIT 1",
            new { Coin = coin.Word(), At = at.UtcDateTime },
            cancellationToken: cancellationToken));
        return row?.ToPoint();
    }

    /// <summary>
    /// When in a time a run might have begun or gone on: from first to last of points at or below <paramref name="ratio"/>, or with a
    /// consensus score at or below <paramref name="consensus"/>, of which each is no further than <paramref name="apart"/> from the next; in order.
    /// </summary>
    public async Task<IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)>> FindTroubleAsync(
        Stablecoin coin, DateTimeOffset from, DateTimeOffset to, decimal? ratio, decimal? consensus, TimeSpan apart, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(DateTime From, DateTime To)>(new CommandDefinition(
            """
            SELECT min(at), max(at)
            FROM (
                SELECT at, count(*) FILTER (WHERE at - before > @Apart) OVER (ORDER BY at) AS span
                FROM (
                    SELECT at, lag(at) OVER (ORDER BY at) AS before FROM consensus_point
                    WHERE stablecoin = @Coin AND at BETWEEN @From AND @To AND (peg_ratio <= @Ratio OR consensus <= @Consensus)) AS trouble) AS spans
            GROUP BY span ORDER BY span
            """,
            new { Coin = coin.Word(), From = from.UtcDateTime, To = to.UtcDateTime, Ratio = ratio, Consensus = consensus, Apart = apart },
            cancellationToken: cancellationToken));
        return [.. rows.Select(r => (new DateTimeOffset(r.From), new DateTimeOffset(r.To)))];
    }

    /// <summary>The points of a span, not read one by one; null where there are none.</summary>
    /// <param name="coin">The coin.</param>
    /// <param name="from">From.</param>
    /// <param name="to">To.</param>
    /// <param name="byConsensus">Whether a point knows something by its consensus score, or by its peg ratio.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<RecordedSpan?> CountAsync(
        Stablecoin coin, DateTimeOffset from, DateTimeOffset to, bool byConsensus, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleAsync<(long Count, long? First, long? Last, long? LastPointId, DateTime? KnownUntil)>(new CommandDefinition(
            $"""
            SELECT count(*), min(sequence), max(sequence), max(point_id), max(at) FILTER (WHERE {FigureOf(byConsensus)} IS NOT NULL)
            FROM consensus_point WHERE stablecoin = @Coin AND at BETWEEN @From AND @To
            """,
            new { Coin = coin.Word(), From = from.UtcDateTime, To = to.UtcDateTime },
            cancellationToken: cancellationToken));
        return row is { First: { } first, Last: { } last, LastPointId: { } lastPointId }
            ? new RecordedSpan(row.Count, first, last, lastPointId, row.KnownUntil.ToMoment())
            : null;
    }

    /// <summary>
    /// The point of a span that was nearest to a trigger, up to and including <paramref name="lastPointId"/>: the lowest ratio, or the lowest
    /// consensus score. Null where there is none.
    /// </summary>
    public async Task<ConsensusPoint?> FindLowestAsync(
        Stablecoin coin, DateTimeOffset from, DateTimeOffset to, bool byConsensus, long lastPointId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QueryFirstOrDefaultAsync<Row>(new CommandDefinition(
            $"""
            SELECT {Columns} FROM consensus_point
            WHERE stablecoin = @Coin AND at BETWEEN @From AND @To AND {FigureOf(byConsensus)} IS NOT NULL AND point_id <= @Last
            ORDER BY {FigureOf(byConsensus)}, at LIMIT 1
            """,
            new { Coin = coin.Word(), From = from.UtcDateTime, To = to.UtcDateTime, Last = lastPointId },
            cancellationToken: cancellationToken));
        return row?.ToPoint();
    }

    private static string FigureOf(bool byConsensus) => byConsensus ? "consensus" : "peg_ratio";

    private sealed record Row(long PointId, long Sequence, DateTime At, decimal? PegRatio, decimal? Consensus, string Sources, string? Navs, string? DataSource)
    {
        public ConsensusPoint ToPoint() => new(
            Sequence,
            new DateTimeOffset(At),
            PegRatio,
            Consensus,
            JsonSerializer.Deserialize<IReadOnlyList<PriceSourceFigure>>(Sources, SureJson.Internal)!,
            Navs is null ? null : JsonSerializer.Deserialize<IReadOnlyList<NavFigure>>(Navs, SureJson.Internal),
            DataSource);
    }
}

/// <summary>What is recorded of a span.</summary>
/// <param name="Count">Its points; at least one.</param>
/// <param name="FirstSequence">Sequence of the first.</param>
/// <param name="LastSequence">Sequence of the last.</param>
/// <param name="LastPointId">Place of the last in the record.</param>
/// <param name="KnownUntil">Time of the last of them that knows something; null where none does.</param>
internal sealed record RecordedSpan(long Count, long FirstSequence, long LastSequence, long LastPointId, DateTimeOffset? KnownUntil);

/// <summary>A point with its place in the record.</summary>
internal sealed record RecordedPoint(long PointId, ConsensusPoint Point);
