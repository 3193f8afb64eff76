using System.Collections.Frozen;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Sure.Contracts.Json;
using Sure.ServiceDefaults.Problems;

namespace Sure.ServiceDefaults.Queries;

/// <summary>
/// What an endpoint may be asked in its query: the parameters that its handler declares, with their types and attributes – the same that
/// its description is made from. What nobody declared is refused, so that a misspelled filter does not look like one that holds.
/// </summary>
internal sealed class QueryRules
{
    /// <summary>No string of the API is longer.</summary>
    public const int LongestText = 256;

    private static readonly ConditionalWeakTable<Endpoint, QueryRules> Known = [];

    private readonly FrozenDictionary<string, Rule> _rules;

    private QueryRules(Endpoint endpoint)
    {
        var route = endpoint is RouteEndpoint { RoutePattern: { } pattern } ? pattern.Parameters.Select(p => p.Name).ToHashSet(StringComparer.OrdinalIgnoreCase) : [];
        _rules = endpoint.Metadata.GetOrderedMetadata<IParameterBindingMetadata>()
            .Where(p => IsQuery(p) && !route.Contains(NameOf(p)))
            .DistinctBy(NameOf, StringComparer.Ordinal)
            .ToFrozenDictionary(NameOf, p => new Rule(p.ParameterInfo), StringComparer.Ordinal);
    }

    /// <summary>Those of an endpoint that is part of the public API; null for others.</summary>
    public static QueryRules? Of(Endpoint? endpoint) =>
        endpoint is null || endpoint.Metadata.GetMetadata<MethodInfo>() is null || endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is { ExcludeFromDescription: true }
            ? null
            : Known.GetValue(endpoint, e => new QueryRules(e));

    /// <summary>What is wrong with a query: the parameter and a sentence about it; null where nothing is.</summary>
    public (string Field, string Sentence)? Fault(IQueryCollection query)
    {
        foreach (var (name, values) in query)
        {
            if (!_rules.TryGetValue(name, out var rule))
            {
                var known = _rules.Count == 0 ? "it takes none" : $"it takes {string.Join(", ", _rules.Keys.Order(StringComparer.Ordinal))}";
                var shown = Problem.Shorten(name);
                return (shown, $"{shown} is not a parameter of this request; {known}.");
            }

            if (values.Count > 1)
            {
                return (name, $"{name} is given twice.");
            }

            if (rule.Fault(values.ToString()) is { } fault)
            {
                return (name, $"{name} {fault}.");
            }
        }

        return null;
    }

    private static string NameOf(IParameterBindingMetadata parameter) =>
        parameter.ParameterInfo.GetCustomAttributes().OfType<IFromQueryMetadata>().FirstOrDefault()?.Name ?? parameter.Name;

    private static bool IsQuery(IParameterBindingMetadata parameter)
    {
        var attributes = parameter.ParameterInfo.GetCustomAttributes().ToList();
        return attributes.OfType<IFromQueryMetadata>().Any()
            || (!attributes.Any(a => a is IFromBodyMetadata or IFromHeaderMetadata or IFromRouteMetadata or IFromServiceMetadata)
                && !parameter.HasBindAsync
                && (parameter.ParameterInfo.ParameterType == typeof(string) || parameter.HasTryParse));
    }

    /// <summary>What a value may be.</summary>
    private sealed class Rule(ParameterInfo parameter)
    {
        private readonly Type _type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        private readonly OneOfAttribute? _words = parameter.GetCustomAttribute<OneOfAttribute>();
        private readonly RangeAttribute? _range = parameter.GetCustomAttribute<RangeAttribute>();

        public string? Fault(string text)
        {
            if (text.Length is 0 or > LongestText)
            {
                return $"must have 1 … {LongestText} characters";
            }

            if (!PlainTextConverter.IsPlain(text))
            {
                return PlainTextConverter.Fault;
            }

            if (_words is not null && !_words.Words.Contains(text, StringComparer.OrdinalIgnoreCase))
            {
                return $"must be one of {string.Join(", ", _words.Words)}";
            }

            if (_type == typeof(int) || _type == typeof(long))
            {
                return _type == typeof(int) ? WholeFault(int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number), number)
                    : WholeFault(long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var large), large);
            }

            if (_type == typeof(decimal))
            {
                return decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _) ? null : "must be a number";
            }

            return _type == typeof(bool) && text is not ("true" or "false") ? "must be true or false" : null;
        }

        private string? WholeFault(bool parsed, long number) =>
            _range is { } range && (!parsed || number < Convert.ToInt64(range.Minimum, CultureInfo.InvariantCulture) || number > Convert.ToInt64(range.Maximum, CultureInfo.InvariantCulture))
                ? $"must be {range.Minimum} … {range.Maximum}"
                : parsed ? null : "must be a whole number";
    }
}
