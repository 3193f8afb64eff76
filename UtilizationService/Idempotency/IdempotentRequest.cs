using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Sure.Contracts.Json;
using Sure.Coordination.Writing;
using Sure.ServiceDefaults.Description;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Problems;

namespace Sure.UtilizationService.Idempotency;

/// <summary>
/// A request that may come twice and is done once: the same key and body of the same client give the same answer for 24 h, the same key
/// with another body is refused. The answer is kept in the transaction of what it answers; an error changes nothing, is not kept and
/// leaves the key free.
/// </summary>
/// <param name="ClientId">Whose key it is.</param>
/// <param name="Key">What the client sent as <c>Idempotency-Key</c>.</param>
/// <param name="BodyHash">SHA-256 over path and body.</param>
/// <param name="ReceivedAt">When it came: answers that were old by then do not count.</param>
internal sealed record IdempotentRequest(string ClientId, string Key, byte[] BodyHash, DateTimeOffset ReceivedAt)
{
    public const string Header = "Idempotency-Key";

    public const int LongestKey = 128;

    /// <summary>Reads the key of the request; <paramref name="idempotent"/> is null where none was sent. False with a refusal for an unusable one.</summary>
    public static bool TryRead<TBody>(
        HttpContext context, TBody body, out IdempotentRequest? idempotent, [NotNullWhen(false)] out ProblemHttpResult? refusal)
    {
        idempotent = null;
        refusal = null;
        var values = context.Request.Headers[Header];
        if (values.Count == 0)
        {
            return true;
        }

        if (values is not [{ Length: > 0 and <= LongestKey } key])
        {
            refusal = Problem.Malformed(Header, $"{Header} must be given once, with 1 … {LongestKey} characters.");
            return false;
        }

        var text = context.Request.Path + "\n" + JsonSerializer.Serialize(body, SureJson.Internal);
        idempotent = new(
            context.Caller().ClientId ?? "",
            key,
            SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)),
            context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow());
        return true;
    }

    /// <summary>The answer given before, or the refusal of a key that was used for another body; null when the key is new.</summary>
    public async Task<MoneyOutcome?> ReplayAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        await using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            IdempotencyStore.ReadSql, new { ClientIds = new[] { ClientId }, Keys = new[] { Key } }, transaction, cancellationToken: cancellationToken));
        return (await IdempotencyStore.ParseAsync(results)).Values.SingleOrDefault()?.Replay(this);
    }
}

/// <summary>Says which endpoints take a key.</summary>
internal static class IdempotentEndpoints
{
    public static TBuilder TakesIdempotencyKey<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new TakesHeader(
            IdempotentRequest.Header,
            "The same key and body of the same client give the same answer for 24 h; the same key with another body is refused. A request that is answered with an error has changed nothing and leaves its key free: sent again it is decided anew.",
            IdempotentRequest.LongestKey));
}

/// <summary>An answer that was given before.</summary>
/// <param name="BodyHash">What was asked.</param>
/// <param name="Answer">What was answered.</param>
/// <param name="At">When.</param>
internal sealed record KeptAnswer(byte[] BodyHash, StoredAnswer Answer, DateTimeOffset At)
{
    /// <summary>How long an answer holds.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(24);

    /// <summary>The same answer to the same request, the refusal of another one under the same key; null where it is over.</summary>
    public MoneyOutcome? Replay(IdempotentRequest request) =>
        request.ReceivedAt - At >= Life ? null
        : BodyHash.AsSpan().SequenceEqual(request.BodyHash) ? new MoneyOutcome.Moved(Answer)
        : new MoneyOutcome.Refused(Problem.NotAllowed(
            "idempotency-key-reused", $"This {IdempotentRequest.Header} was used for another request.", IdempotentRequest.Header));
}

/// <summary>Keeps answers.</summary>
internal static class IdempotencyStore
{
    /// <summary>Reads the answers to <c>@ClientIds</c> and <c>@Keys</c>, as <see cref="ParseAsync"/> expects them.</summary>
    public const string ReadSql =
        """
        SELECT client_id, key, body_hash, status, location, answer, created_at FROM idempotency
        WHERE (client_id, key) IN (SELECT * FROM unnest(@ClientIds, @Keys));
        """;

    /// <summary>More are forgotten than kept, so that the table never grows for long.</summary>
    private const int ForgottenForEach = 100;

    /// <summary>
    /// How much longer than it holds an answer is kept: a request counts on what held when it came, and may wait for its turn. The gateway
    /// waits for half a minute; the rest is for clocks that differ.
    /// </summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    /// <summary>The answers from the result of <see cref="ReadSql"/>.</summary>
    public static async Task<IReadOnlyDictionary<(string ClientId, string Key), KeptAnswer>> ParseAsync(SqlMapper.GridReader results) =>
        (await results.ReadAsync<Row>()).ToDictionary(
            r => (r.ClientId, r.Key), r => new KeptAnswer(r.BodyHash, new StoredAnswer(r.Status, r.Location, r.Answer), new DateTimeOffset(r.CreatedAt)));

    /// <summary>Keeps the answer with the other statements of the batch, and forgets some that are too old.</summary>
    public static void Save(WriteBatch batch, IdempotentRequest request, StoredAnswer answer, DateTimeOffset now) => Save(batch, [(request, answer)], now);

    /// <summary>Keeps the answers with the other statements of the batch, and forgets those of the same keys and some others that are too old.</summary>
    public static void Save(WriteBatch batch, IReadOnlyCollection<(IdempotentRequest Request, StoredAnswer Answer)> answers, DateTimeOffset now)
    {
        if (answers.Count == 0)
        {
            return;
        }

        batch.Add(
            """
            DELETE FROM idempotency WHERE ctid IN (
                (SELECT ctid FROM idempotency WHERE created_at <= $1 LIMIT $2)
                UNION ALL
                SELECT i.ctid FROM idempotency i JOIN unnest($3, $4, $5) AS a (client_id, key, ended) USING (client_id, key)
                WHERE i.created_at <= a.ended)
            """,
            (now - KeptAnswer.Life - LongestWait).ToUniversalTime(),
            answers.Count * ForgottenForEach,
            answers.Select(a => a.Request.ClientId).ToArray(),
            answers.Select(a => a.Request.Key).ToArray(),
            answers.Select(a => (a.Request.ReceivedAt - KeptAnswer.Life).ToUniversalTime()).ToArray());
        batch.Add(
            """
            INSERT INTO idempotency (client_id, key, body_hash, status, location, answer, created_at)
            SELECT client_id, key, body_hash, status, location, answer, $7
            FROM unnest($1, $2, $3, $4, $5, $6) AS a (client_id, key, body_hash, status, location, answer)
            """,
            answers.Select(a => a.Request.ClientId).ToArray(),
            answers.Select(a => a.Request.Key).ToArray(),
            answers.Select(a => a.Request.BodyHash).ToArray(),
            answers.Select(a => a.Answer.Status).ToArray(),
            answers.Select(a => a.Answer.Location).ToArray(),
            answers.Select(a => a.Answer.Text).ToArray(),
            now.ToUniversalTime());
    }

    private sealed record Row(string ClientId, string Key, byte[] BodyHash, int Status, string? Location, string Answer, DateTime CreatedAt);
}

/// <summary>An answer as it goes over the wire, so that a repeated request gets the very same bytes.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Location">Where what was made can be read; null where nothing can.</param>
/// <param name="Text">JSON.</param>
internal sealed record StoredAnswer(int Status, string? Location, string Text)
{
    public static StoredAnswer Of<T>(int status, T body, string? location = null) =>
        new(status, location, JsonSerializer.Serialize(body, SureJson.Internal));

    public IResult ToResult() => new Result(this);

    private sealed class Result(StoredAnswer answer) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = answer.Status;
            httpContext.Response.ContentType = "application/json; charset=utf-8";
            if (answer.Location is not null)
            {
                httpContext.Response.Headers.Location = answer.Location;
            }

            return httpContext.Response.WriteAsync(answer.Text, httpContext.RequestAborted);
        }
    }
}

/// <summary>What became of a request that moves money.</summary>
internal abstract record MoneyOutcome
{
    private MoneyOutcome()
    {
    }

    /// <summary>As a client sees it.</summary>
    public IResult ToResult() => this switch
    {
        Moved moved => moved.Answer.ToResult(),
        Refused refused => refused.Problem,
        _ => throw new UnreachableException(),
    };

    /// <summary>Done, now or before.</summary>
    public sealed record Moved(StoredAnswer Answer) : MoneyOutcome;

    /// <summary>Not done, and nothing changed.</summary>
    public sealed record Refused(ProblemHttpResult Problem) : MoneyOutcome;
}
