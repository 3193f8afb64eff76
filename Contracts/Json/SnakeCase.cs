using System.Text.Json;

namespace Sure.Contracts.Json;

/// <summary><c>RealisedApy30d</c> is <c>realised_apy_30d</c> on the wire: a number is a word of its own, which the framework's policy does not make it.</summary>
internal sealed class SnakeCase : JsonNamingPolicy
{
    /// <inheritdoc />
    public override string ConvertName(string name)
    {
        var words = SnakeCaseLower.ConvertName(name);
        return string.Concat(words.Select((c, i) => char.IsAsciiDigit(c) && i > 0 && char.IsAsciiLetter(words[i - 1]) ? $"_{c}" : $"{c}"));
    }
}
