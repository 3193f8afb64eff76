using System.Text.Json;
using Sure.UtilizationService.Claims.Evidence;
using Sure.UtilizationService.Claims.Rules;

namespace Sure.UtilizationService.Claims;

/// <summary>
/// Consensus points as evidence keeps them. Each is spelt once, however many decisions rest on it, and before the pool is locked for them: a
/// day of points is long, buyers wait while decisions are taken, and PostgreSQL ends a transaction that asks nothing for too long.
/// </summary>
internal sealed class CanonicalPoints
{
    private readonly Dictionary<ConsensusPoint, string> _texts = new(ReferenceEqualityComparer.Instance);

    /// <summary>Those that <paramref name="findings"/> rest on.</summary>
    public CanonicalPoints(IEnumerable<Finding> findings)
    {
        foreach (var point in findings.SelectMany(f => f.Basis.Points))
        {
            if (!_texts.ContainsKey(point))
            {
                _texts[point] = CanonicalJson.Write(JsonSerializer.SerializeToNode(point, DecisionRecord.Exact));
            }
        }
    }

    /// <summary>A list of them as canonical JSON.</summary>
    public string Of(IReadOnlyList<ConsensusPoint> points) => $"[{string.Join(',', points.Select(p => _texts[p]))}]";
}
