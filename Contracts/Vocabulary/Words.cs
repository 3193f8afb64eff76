using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json.Serialization;

namespace Sure.Contracts.Vocabulary;

/// <summary>
/// The words of one dimension as they appear on the wire. A member's word is its
/// <see cref="JsonStringEnumMemberNameAttribute"/>, or its name where it has none. Reading ignores case, writing never changes it.
/// </summary>
/// <typeparam name="T">The enumeration of the dimension.</typeparam>
public static class Words<T>
    where T : struct, Enum
{
    private static readonly FrozenDictionary<T, string> WordsByMember = Enum.GetValues<T>().ToFrozenDictionary(m => m, WordOf);

    private static readonly FrozenDictionary<string, T> MembersByWord =
        WordsByMember.ToFrozenDictionary(p => p.Value, p => p.Key, StringComparer.OrdinalIgnoreCase);

    /// <summary>Every member, in the order of its declaration.</summary>
    public static IReadOnlyList<T> Members { get; } = Enum.GetValues<T>();

    /// <summary>Every word, in the order of declaration.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Members.Select(m => WordsByMember[m])];

    /// <summary>The word of <paramref name="member"/>, spelled as the contract spells it.</summary>
    /// <exception cref="KeyNotFoundException"><paramref name="member"/> is not a declared member.</exception>
    public static string Word(T member) => WordsByMember[member];

    /// <summary>Finds the member of <paramref name="word"/>, ignoring case. Numbers are not words.</summary>
    public static bool TryParse(string? word, out T member)
    {
        if (word is not null)
        {
            return MembersByWord.TryGetValue(word, out member);
        }

        member = default;
        return false;
    }

    /// <summary>The member of a word that was written by ourselves.</summary>
    /// <exception cref="FormatException">There is no such member.</exception>
    public static T Parse(string word) =>
        TryParse(word, out var member) ? member : throw new FormatException($"{word} is no {typeof(T).Name}.");

    private static string WordOf(T member)
    {
        var name = member.ToString();
        return typeof(T).GetField(name)!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? name;
    }
}

/// <summary>Reads better than <see cref="Words{T}"/> where a member is at hand.</summary>
public static class WordExtensions
{
    /// <summary>The word of <paramref name="member"/> as it appears on the wire.</summary>
    public static string Word<T>(this T member)
        where T : struct, Enum => Words<T>.Word(member);
}
