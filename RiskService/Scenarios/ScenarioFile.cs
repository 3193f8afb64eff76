using System.Text.Json;
using Sure.Contracts.Json;
using Sure.ServiceDefaults.Problems;

namespace Sure.RiskService.Scenarios;

/// <summary>
/// Reads one file of the library and refuses what is not as <c>scenario.schema.json</c> says:
/// <code>
/// { "id": "btc-halves", "name": "…", "description": "…", "sources": ["hypothetical"], "btc_move": -0.5, "confidence": { "btc_move": "hypothetical" } }
/// </code>
/// </summary>
internal static class ScenarioFile
{
    /// <summary>The one source of a scenario that has none.</summary>
    public const string Hypothetical = "hypothetical";

    private static readonly JsonSerializerOptions Strict = CreateStrict();

    /// <summary>The scenario.</summary>
    /// <param name="name">Of the file, without its extension.</param>
    /// <param name="json">Its content.</param>
    /// <exception cref="FormatException">It breaks a rule; the message names the file, the field and the rule.</exception>
    public static Scenario Read(string name, string json)
    {
        Scenario scenario;
        try
        {
            scenario = JsonSerializer.Deserialize<Scenario>(json, Strict) ?? throw new FormatException($"Scenario {name}: the file must hold an object.");
        }
        catch (JsonException exception)
        {
            throw new FormatException($"Scenario {name}: {MalformedRequest.From(exception).Sentence}", exception);
        }

        var faults = Faults(name, scenario).ToList();
        return faults.Count == 0 ? scenario : throw new FormatException($"Scenario {name}: {string.Join(' ', faults)}");
    }

    private static IEnumerable<string> Faults(string name, Scenario scenario)
    {
        if (scenario.Id != name)
        {
            yield return $"id is {scenario.Id}; it must be the name of the file.";
        }

        foreach (var (field, text) in new[] { ("name", scenario.Name), ("description", scenario.Description) })
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                yield return $"{field} must not be empty.";
            }
        }

        if (scenario.Sources.Count == 0 || scenario.Sources.Any(string.IsNullOrWhiteSpace))
        {
            yield return $"sources must name at least one source, or {Hypothetical}.";
        }

        if (scenario.Bridges.Distinct(StringComparer.Ordinal).Count() < scenario.Bridges.Count)
        {
            yield return "bridges must name each bridge once.";
        }

        foreach (var sentence in scenario.Faults().Values.SelectMany(s => s))
        {
            yield return sentence;
        }

        var figures = scenario.Figures().ToHashSet(StringComparer.Ordinal);
        if (figures.Count == 0)
        {
            yield return "it states no figure, so it would do nothing.";
        }

        foreach (var figure in figures.Where(f => !scenario.Confidence.ContainsKey(f)))
        {
            yield return $"confidence.{figure} is missing.";
        }

        foreach (var figure in scenario.Confidence.Keys.Where(f => !figures.Contains(f)))
        {
            yield return $"confidence.{figure} is about a figure that is not stated.";
        }

        if (scenario.Sources is [Hypothetical] && scenario.Confidence.Values.Any(c => c != Confidence.Hypothetical))
        {
            yield return $"a figure without a source has the confidence {Hypothetical}.";
        }
    }

    private static JsonSerializerOptions CreateStrict()
    {
        var options = new JsonSerializerOptions();
        SureJson.ApplyStrict(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
