using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http.HttpResults;
using Sure.Contracts.Vocabulary;
using Sure.ServiceDefaults.Problems;

namespace Sure.UtilizationService;

/// <summary>A page of a list that is read newest first. Ids are version 7 UUIDs, so the id of the last item is the cursor of the next page.</summary>
/// <param name="Items">What was asked for.</param>
/// <param name="NextCursor">Where the next page begins; null on the last.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor)
{
    public static Page<T> Of<TKept>(IReadOnlyList<TKept> kept, Func<TKept, T> show, Func<TKept, Guid> id, PageRequest request) =>
        new([.. kept.Select(show)], kept.Count == request.Limit ? $"{id(kept[^1])}" : null);
}

/// <summary>Which page.</summary>
/// <param name="Before">Items older than this; null for the newest.</param>
/// <param name="Limit">1 … 200.</param>
internal sealed record PageRequest(Guid? Before, int Limit)
{
    private const int DefaultLimit = 50;
    private const int LargestLimit = 200;

    /// <summary>Reads <c>cursor</c> and <c>limit</c>; a refusal names the one that is at fault.</summary>
    public static bool TryRead(
        string? cursor, int? limit, [NotNullWhen(true)] out PageRequest? request, [NotNullWhen(false)] out ProblemHttpResult? refusal)
    {
        request = null;
        refusal = null;
        if (limit is < 1 or > LargestLimit)
        {
            refusal = Problem.Malformed("limit", $"limit must be 1 … {LargestLimit}.");
            return false;
        }

        Guid? before = null;
        if (cursor is not null)
        {
            if (!Guid.TryParse(cursor, out var parsed))
            {
                refusal = Problem.Malformed("cursor", "cursor must be one that a page gave.");
                return false;
            }

            before = parsed;
        }

        request = new PageRequest(before, limit ?? DefaultLimit);
        return true;
    }
}

/// <summary>Filters of lists.</summary>
internal static class Filter
{
    /// <summary>Reads a filter by one of the words of <typeparamref name="T"/>; null where it is not given.</summary>
    public static bool TryRead<T>(string field, string? word, out T? member, [NotNullWhen(false)] out ProblemHttpResult? refusal)
        where T : struct, Enum
    {
        member = null;
        refusal = null;
        if (word is null)
        {
            return true;
        }

        if (Words<T>.TryParse(word, out var parsed))
        {
            member = parsed;
            return true;
        }

        refusal = Problem.Malformed(field, $"{field} must be one of {string.Join(", ", Words<T>.All)}.");
        return false;
    }
}

/// <summary>The conditions of a list's query.</summary>
internal static class ListConditions
{
    /// <summary>Only those that apply are written, so that the planner can take their index; the others are null.</summary>
    public static string Where(IEnumerable<string?> conditions) =>
        conditions.OfType<string>().ToList() is { Count: > 0 } applied ? $"WHERE {string.Join(" AND ", applied)}" : "";
}
