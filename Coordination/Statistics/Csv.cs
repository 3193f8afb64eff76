using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Sure.Coordination.Statistics;

/// <summary>
/// Rows as CSV by RFC 4180, with the names and the values that they have as JSON: a header line, CRLF after each line, a field in quotes
/// where it holds a comma, a quote or an end of line. What is null is empty.
/// </summary>
/// <remarks>
/// A spreadsheet takes a field that begins with <c>=</c>, <c>+</c>, <c>-</c> or <c>@</c> for a formula. The fields of our statistics are
/// numbers that are never negative and words of the vocabulary, which begin with a letter; nothing of them was written by a client.
/// </remarks>
public static class Csv
{
    private const string MediaType = "text/csv; charset=utf-8; header=present";
    private const string EndOfLine = "\r\n";

    /// <summary>The rows as a file to download.</summary>
    /// <param name="name">Its name without the ending.</param>
    /// <param name="rows">Flat records.</param>
    /// <param name="json">How they are written as JSON.</param>
    public static FileContentHttpResult File<T>(string name, IReadOnlyList<T> rows, JsonSerializerOptions json) =>
        TypedResults.File(Encoding.UTF8.GetBytes(Write(rows, json)), MediaType, $"{name}.csv");

    /// <summary>The text.</summary>
    /// <exception cref="InvalidOperationException">A row is not flat.</exception>
    public static string Write<T>(IReadOnlyList<T> rows, JsonSerializerOptions json)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(json);
        var type = json.GetTypeInfo(typeof(T));
        var text = new StringBuilder();
        AppendLine(text, type.Properties.Select(p => p.Name));
        foreach (var row in rows)
        {
            AppendLine(text, JsonSerializer.SerializeToElement(row, type).EnumerateObject().Select(p => TextOf(p.Value)));
        }

        return text.ToString();
    }

    private static void AppendLine(StringBuilder text, IEnumerable<string> fields) =>
        text.AppendJoin(',', fields.Select(Quoted)).Append(EndOfLine);

    private static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "",
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => throw new InvalidOperationException("A row of CSV is flat."),
    };

    private static string Quoted(string field) =>
        field.AsSpan().ContainsAny(",\"\r\n") ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
}
