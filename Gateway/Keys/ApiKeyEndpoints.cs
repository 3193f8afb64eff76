using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Sure.Contracts.Vocabulary;
using Sure.Gateway.Callers;
using Sure.Gateway.Listeners;
using Sure.ServiceDefaults.Description;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Paging;
using Sure.ServiceDefaults.Problems;

namespace Sure.Gateway.Keys;

/// <summary>Body of <c>POST /api/v2/admin/api-keys</c>.</summary>
/// <param name="Subject">Whom the key speaks for: owner of policies and accounts, 1 … 256 characters.</param>
/// <param name="Scopes">What it allows: <c>read</c>, <c>write</c>, <c>ingest</c>, <c>admin</c>; at least one.</param>
/// <param name="Sources">Observation sources it may speak for, <c>*</c> for all; with the scope <c>ingest</c> only, at most 64.</param>
/// <param name="LimitScale">Factor on the rate limits, 0.001 … 100 000 with at most 3 decimals.</param>
/// <param name="ExpiresAt">From when on it is refused; never, when it is left out.</param>
/// <param name="Label">What it is for, at most 256 characters.</param>
internal sealed record NewKeyRequest(
    string Subject, IReadOnlyList<string> Scopes, IReadOnlyList<string>? Sources = null, decimal LimitScale = 1, DateTimeOffset? ExpiresAt = null, string? Label = null);

/// <summary>A key as operators see it; of its secret nothing is known.</summary>
/// <param name="KeyId">Names it.</param>
/// <param name="Prefix">How it begins.</param>
/// <param name="Subject">Whom it speaks for.</param>
/// <param name="Scopes">What it allows.</param>
/// <param name="Sources">Observation sources it may speak for.</param>
/// <param name="LimitScale">Factor on the rate limits.</param>
/// <param name="Label">What it is for.</param>
/// <param name="MadeBy">Subject who made it; null for one that the platform made itself.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">From when on it is refused.</param>
/// <param name="RevokedAt">When it was taken back.</param>
/// <param name="LastUsedAt">When it was last used, to about half a minute.</param>
internal sealed record ShownKey(
    Guid KeyId,
    string Prefix,
    string Subject,
    IReadOnlyList<string> Scopes,
    IReadOnlyList<string> Sources,
    decimal LimitScale,
    string Label,
    string? MadeBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt,
    DateTimeOffset? LastUsedAt)
{
    public static ShownKey Of(ApiKey key) => new(
        key.Id,
        $"sure_{key.Prefix}",
        key.Subject,
        key.Scopes,
        key.Sources,
        key.LimitScale,
        key.Label,
        key.Makers.FirstOrDefault(),
        key.CreatedAt,
        key.ExpiresAt,
        key.RevokedAt,
        key.LastUsedAt);
}

/// <summary>A key that was just made.</summary>
/// <param name="Key">What its owner sends; shown this once.</param>
/// <param name="Details">What is known of it.</param>
internal sealed record MadeKey(string Key, ShownKey Details);

/// <summary>Making, showing and revoking keys.</summary>
internal static class ApiKeyEndpoints
{
    private const string Path = "/api/v2/admin/api-keys";
    internal const int LongestText = 256;
    internal const int LongestSource = 64;
    internal const int MostSources = 64;
    internal const decimal LeastScale = 0.001m;
    internal const decimal LargestScale = 100_000m;

    public static void MapApiKeys(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup(Path).RequireScope(Scope.Admin).OnPublicListener().WithTags("Administration");
        group.MapPost("/", MakeAsync).WithName("MakeApiKey").WithSummary("Makes a key; it is shown in this answer and never again.")
            .WithLocation().WithExample(new NewKeyRequest("alice", [Scope.Read, Scope.Write], Label: "Alice's wallet"));
        group.MapGet("/", ListAsync).WithName("ListApiKeys").WithSummary("Keys, newest first.");
        group.MapGet("/{id}", FindAsync).WithName("GetApiKey").WithSummary("A key.");
        group.MapDelete("/{id}", RevokeAsync).WithName("RevokeApiKey").WithSummary("Takes a key back; every instance refuses it within 5 s.");
    }

    private static async Task<Results<Created<MadeKey>, ProblemHttpResult>> MakeAsync(
        NewKeyRequest request, ApiKeyStore store, TimeProvider time, HttpContext context, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var unknown = request.Scopes.Where(s => !Scope.All.Contains(s, StringComparer.Ordinal)).Take(1).ToList();
        if (unknown is [var scope])
        {
            // The list may hold null, which no annotation keeps the serializer from reading.
            return Problem.Malformed("scopes", $"scopes holds {(scope is null ? "null" : Problem.Shorten(scope))}, which is none of {string.Join(", ", Scope.All)}.");
        }

        var faults = Faults(request, now);
        if (faults.Count > 0)
        {
            return Problem.OutsideBounds(faults);
        }

        var caller = context.Caller();
        var (key, text) = ApiKey.Create(
            request.Subject,
            request.Scopes.Distinct(StringComparer.Ordinal),
            (request.Sources ?? []).Distinct(StringComparer.Ordinal),
            request.LimitScale,
            request.ExpiresAt,
            now,
            MakersWith(caller),
            request.Label ?? "");
        await store.AddAsync(key, caller, cancellationToken);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created($"{Path}/{key.Id}", new MadeKey(text.Reveal(), ShownKey.Of(key)));
    }

    private static async Task<Results<Ok<Page<ShownKey>>, ProblemHttpResult>> ListAsync(
        ApiKeyStore store, string? cursor, [Range(1, PageRequest.LargestLimit)] int? limit, CancellationToken cancellationToken) =>
        PageRequest.TryRead(cursor, limit, out var page, out var refusal)
            ? TypedResults.Ok(Page<ShownKey>.Of(await store.ListAsync(page, cancellationToken), ShownKey.Of, k => k.Id, page))
            : refusal;

    private static async Task<Results<Ok<ShownKey>, ProblemHttpResult>> FindAsync(string id, ApiKeyStore store, CancellationToken cancellationToken) =>
        Guid.TryParse(id, out var keyId) && await store.FindAsync(keyId, cancellationToken) is { } key
            ? TypedResults.Ok(ShownKey.Of(key))
            : Problem.NotFound("There is no such key.");

    private static async Task<Results<Ok<ShownKey>, ProblemHttpResult>> RevokeAsync(
        string id, ApiKeyStore store, TimeProvider time, HttpContext context, CancellationToken cancellationToken) =>
        Guid.TryParse(id, out var keyId) && await store.RevokeAsync(keyId, context.Caller(), time.GetUtcNow(), cancellationToken) is { } key
            ? TypedResults.Ok(ShownKey.Of(key))
            : Problem.NotFound("There is no such key.");

    /// <summary>
    /// Whoever makes a key, and who had made what it is made with. The last of these stays the last, whatever its name: there the trust in all
    /// of them begins, and whoever could make keys in its name could end the list with himself.
    /// </summary>
    private static IEnumerable<string> MakersWith(Caller caller) =>
        [caller.Subject!, .. caller.Makers.Where((m, i) => m != caller.Subject || i == caller.Makers.Count - 1)];

    private static Dictionary<string, string[]> Faults(NewKeyRequest request, DateTimeOffset now)
    {
        var faults = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (request.Subject.Length is 0 or > LongestText || request.Subject != request.Subject.Trim())
        {
            faults["subject"] = [$"subject must have 1 … {LongestText} characters and no space at its ends."];
        }
        else if (Subjects.IsReserved(request.Subject))
        {
            faults["subject"] = [$"{request.Subject} is a name of the platform's own."];
        }

        if (request.Scopes.Count == 0)
        {
            faults["scopes"] = [$"scopes must hold at least one of {string.Join(", ", Scope.All)}."];
        }

        var sources = request.Sources ?? [];
        if (sources.Count > MostSources || sources.Any(s => s is not { Length: > 0 and <= LongestSource } || s.Any(char.IsWhiteSpace)))
        {
            faults["sources"] = [$"sources must hold at most {MostSources} names of 1 … {LongestSource} characters without spaces."];
        }
        else if (sources.Any(s => s.StartsWith(SourceNames.Simulated, StringComparison.Ordinal)))
        {
            faults["sources"] = [$"Names that begin with {SourceNames.Simulated} belong to the simulated market."];
        }
        else if (sources.Any(s => s.StartsWith(SourceNames.PauseFlags, StringComparison.Ordinal)))
        {
            faults["sources"] = [$"Names that begin with {SourceNames.PauseFlags} belong to the flags that are read from chains."];
        }
        else if ((sources.Count > 0) != request.Scopes.Contains(Scope.Ingest, StringComparer.Ordinal))
        {
            faults["sources"] = [$"sources goes with the scope {Scope.Ingest}: it needs at least one source, and no other scope has any."];
        }

        if (request.LimitScale is < LeastScale or > LargestScale || decimal.Round(request.LimitScale, 3) != request.LimitScale)
        {
            faults["limit_scale"] = [$"limit_scale must be {LeastScale} … {LargestScale} with at most 3 decimals."];
        }

        if (request.ExpiresAt <= now)
        {
            faults["expires_at"] = ["expires_at must be in the future."];
        }

        if (request.Label is { Length: > LongestText })
        {
            faults["label"] = [$"label must have at most {LongestText} characters."];
        }

        return faults;
    }
}
