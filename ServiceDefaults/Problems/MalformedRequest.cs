using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Sure.ServiceDefaults.Problems;

/// <summary>What is wrong with a request that could not be bound: the field and a sentence, in the words of the wire.</summary>
/// <param name="Field">Path of the field as it is called on the wire; null when it is the request as a whole.</param>
/// <param name="Sentence">For a person; names the field.</param>
public sealed partial record MalformedRequest(string? Field, string Sentence)
{
    /// <summary>The serializer repeats names that the client chose. Words of its own never make it this long, and what looks for them here takes its time.</summary>
    private const int LongestMessage = 2_000;

    private static readonly MalformedRequest Unreadable = new(Field: null, "The request cannot be read.");

    /// <summary>Explains the framework's exception without its type names.</summary>
    public static MalformedRequest From(BadHttpRequestException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (exception.InnerException is JsonException json)
        {
            return From(json);
        }

        if (exception.StatusCode == StatusCodes.Status415UnsupportedMediaType)
        {
            return new(Field: null, "The body must be JSON in UTF-8, with the header Content-Type: application/json.");
        }

        if (exception.StatusCode == StatusCodes.Status408RequestTimeout)
        {
            return new(Field: null, "The body did not arrive in time.");
        }

        if (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return new(Field: null, "The body is too large.");
        }

        if (Parameter().Match(exception.Message) is { Success: true } parameter)
        {
            var name = parameter.Groups["name"].Value;
            return new(name, $"{name} has a value that cannot be read.");
        }

        return RequiredParameter().Match(exception.Message) is { Success: true } required
            ? required.Groups["source"].Value == "body"
                ? new(Field: null, "The body is missing; it must be a JSON object.")
                : new(required.Groups["name"].Value, $"{required.Groups["name"].Value} is missing.")
            : Unreadable;
    }

    /// <summary>Explains why a JSON body could not be read.</summary>
    public static MalformedRequest From(JsonException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var message = exception.Message;
        if (message.Length > LongestMessage)
        {
            return Unreadable;
        }

        var path = Problem.Shorten((exception.Path ?? "$").TrimStart('$').TrimStart('.'));
        if (Missing().Match(message) is { Success: true } missing)
        {
            var fields = missing.Groups["names"].Value.Split(',', StringSplitOptions.TrimEntries).Select(n => Join(path, n.Trim('\'', '.'))).ToArray();
            return new(fields[0], fields.Length == 1 ? $"{fields[0]} is missing." : $"{string.Join(", ", fields)} are missing.");
        }

        if (Unknown().Match(message) is { Success: true } unknown)
        {
            var field = path.Length > 0 ? path : Problem.Shorten(unknown.Groups["name"].Value);
            return new(field, $"{field} is not a field of this request.");
        }

        if (Duplicate().Match(message) is { Success: true } duplicate)
        {
            var field = path.Length > 0 ? path : Problem.Shorten(duplicate.Groups["name"].Value);
            return new(field, $"{field} is given twice.");
        }

        if (message.StartsWith("must ", StringComparison.Ordinal))
        {
            return new(path.Length > 0 ? path : null, $"{(path.Length > 0 ? path : "The body")} {message}.");
        }

        if (NotNull().IsMatch(message))
        {
            return new(path, $"{path} must not be null.");
        }

        if (WrongType().Match(message) is { Success: true } type && path.Length > 0)
        {
            return new(path, $"{path} must be {Expected(type.Groups["type"].Value, exception.InnerException?.Message ?? "")}.");
        }

        return new(path.Length > 0 ? path : null, "The body is not valid JSON" + (path.Length > 0 ? $" at {path}." : "."));
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>
    /// What the wire calls a type. Of a list or dictionary what stands before its elements decides:
    /// <c>System.Collections.Generic.IReadOnlyList`1[System.String]</c>. Of a plain value that a constructor takes the type is that of the
    /// constructor, and only the reader says what it looked for.
    /// </summary>
    private static string Expected(string type, string reader)
    {
        const string Nullable = "System.Nullable`1[";
        var plain = type.StartsWith(Nullable, StringComparison.Ordinal) ? type[Nullable.Length..^1] : type;
        var outer = plain.Split('`')[0];
        return outer switch
        {
            "System.Decimal" or "System.Double" or "System.Single" => "a number",
            "System.Boolean" => "true or false",
            "System.Guid" => "a UUID",
            "System.String" => "a string",
            _ when outer.StartsWith("System.Int", StringComparison.Ordinal) => "a whole number",
            _ when outer.EndsWith("List", StringComparison.Ordinal) || outer.EndsWith("[]", StringComparison.Ordinal) => "an array",
            _ when reader.EndsWith("as a number.", StringComparison.Ordinal) || reader.EndsWith("for a Decimal.", StringComparison.Ordinal) => "a number",
            _ when reader.Contains("for an Int", StringComparison.Ordinal) => "a whole number",
            _ when reader.EndsWith("as a boolean.", StringComparison.Ordinal) => "true or false",
            _ when reader.EndsWith("Guid format.", StringComparison.Ordinal) => "a UUID",
            _ when reader.EndsWith("as a string.", StringComparison.Ordinal) => "a string",
            _ => "an object",
        };
    }

    [GeneratedRegex("missing required properties including: (?<names>.+?)\\.?$", RegexOptions.ExplicitCapture, 100)]
    private static partial Regex Missing();

    [GeneratedRegex("The JSON property '(?<name>[^']*)' could not be mapped", RegexOptions.ExplicitCapture, 100)]
    private static partial Regex Unknown();

    [GeneratedRegex("Duplicate property '(?<name>[^']*)'", RegexOptions.ExplicitCapture, 100)]
    private static partial Regex Duplicate();

    [GeneratedRegex("doesn't allow (setting )?null values", RegexOptions.ExplicitCapture, 100)]
    private static partial Regex NotNull();

    [GeneratedRegex("could not be converted to (?<type>.+?)\\. Path", RegexOptions.ExplicitCapture, 100)]
    private static partial Regex WrongType();

    [GeneratedRegex("Failed to bind parameter \"[^\"]*?(?<name>\\w+)\" from", RegexOptions.ExplicitCapture, 100)]
    private static partial Regex Parameter();

    [GeneratedRegex("Required parameter \"[^\"]*?(?<name>\\w+)\" was not provided from (?<source>\\w+)", RegexOptions.ExplicitCapture, 100)]
    private static partial Regex RequiredParameter();
}
