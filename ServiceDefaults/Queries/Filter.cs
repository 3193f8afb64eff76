using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http.HttpResults;
using Sure.Contracts.Vocabulary;
using Sure.ServiceDefaults.Problems;

namespace Sure.ServiceDefaults.Queries;

/// <summary>Filters of lists and statistics.</summary>
public static class Filter
{
    /// <summary>Reads a filter by one of the words of <typeparamref name="T"/>; null where it is not given.</summary>
    /// <param name="field">The parameter's name, for the refusal.</param>
    /// <param name="word">What was sent.</param>
    /// <param name="member">What it means.</param>
    /// <param name="refusal">400 that names the field, where <paramref name="word"/> is none of the words.</param>
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
