using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http.HttpResults;
using Sure.ServiceDefaults.Problems;

namespace Sure.ServiceDefaults.Paging;

/// <summary>A page of a list that is read newest first. Ids are version 7 UUIDs, so the id of the last item is the cursor of the next page.</summary>
/// <param name="Items">What was asked for.</param>
/// <param name="NextCursor">Where the next page begins; null on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor)
{
    /// <summary>The page of what was <paramref name="kept"/>, as it is shown; a full one may have another after it.</summary>
    public static Page<T> Of<TKept>(IReadOnlyList<TKept> kept, Func<TKept, T> show, Func<TKept, Guid> id, PageRequest request)
    {
        ArgumentNullException.ThrowIfNull(kept);
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(request);
        return new([.. kept.Select(show)], kept.Count == request.Limit ? $"{id(kept[^1])}" : null);
    }
}

/// <summary>Which page.</summary>
/// <param name="Before">Items older than this; null for the newest.</param>
/// <param name="Limit">1 … 200.</param>
public sealed record PageRequest(Guid? Before, int Limit)
{
    /// <summary>Most items of a page.</summary>
    public const int LargestLimit = 200;

    private const int DefaultLimit = 50;

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
