using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Sure.Contracts.Json;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Problems;

namespace Sure.UtilizationService.Idempotency;

/// <summary>
/// A request that may come twice and is done once: the same key and body of the same client give the same answer for 24 h, the same key
/// with another body is refused. The answer is kept in the transaction of what it answers; refusals change nothing and are not kept.
/// </summary>
/// <param name="ClientId">Whose key it is.</param>
/// <param name="Key">What the client sent as <c>Idempotency-Key</c>.</param>
/// <param name="BodyHash">SHA-256 over path and body.</param>
internal sealed record IdempotentRequest(string ClientId, string Key, byte[] BodyHash)
{
    public const string Header = "Idempotency-Key";

    private const int LongestKey = 128;

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
        idempotent = new(context.Caller().ClientId ?? "", key, SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));
        return true;
    }

    /// <summary>The answer given before, or the refusal of a key that was used for another body; null when the key is new.</summary>
    public async Task<MoneyOutcome?> ReplayAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        var kept = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            "SELECT body_hash, status, location, answer FROM idempotency WHERE client_id = @ClientId AND key = @Key",
            new { ClientId, Key },
            transaction,
            cancellationToken: cancellationToken));
        return kept switch
        {
            null => null,
            _ when kept.BodyHash.AsSpan().SequenceEqual(BodyHash) => new MoneyOutcome.Moved(new StoredAnswer(kept.Status, kept.Location, kept.Answer)),
            _ => new MoneyOutcome.Refused(Problem.NotAllowed("idempotency-key-reused", $"This {Header} was used for another request.", Header)),
        };
    }

    private sealed record Row(byte[] BodyHash, int Status, string? Location, string Answer);
}

/// <summary>Keeps answers.</summary>
internal static class IdempotencyStore
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>Keeps the answer within the transaction, and forgets a few that are too old.</summary>
    public static Task SaveAsync(
        this IdempotentRequest? request,
        StoredAnswer answer,
        DateTimeOffset now,
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken) =>
        request is null
            ? Task.CompletedTask
            : connection.ExecuteAsync(new CommandDefinition(
                """
                DELETE FROM idempotency WHERE ctid IN (SELECT ctid FROM idempotency WHERE created_at < @Oldest LIMIT 100);
                INSERT INTO idempotency (client_id, key, body_hash, status, location, answer, created_at)
                VALUES (@ClientId, @Key, @BodyHash, @Status, @Location, @Text, @Now);
                """,
                new
                {
                    request.ClientId,
                    request.Key,
                    request.BodyHash,
                    answer.Status,
                    answer.Location,
                    answer.Text,
                    Now = now.ToUniversalTime(),
                    Oldest = (now - Kept).ToUniversalTime(),
                },
                transaction,
                cancellationToken: cancellationToken));
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

    /// <summary>Done, now or before.</summary>
    public sealed record Moved(StoredAnswer Answer) : MoneyOutcome;

    /// <summary>Not done, and nothing changed.</summary>
    public sealed record Refused(ProblemHttpResult Problem) : MoneyOutcome;
}
