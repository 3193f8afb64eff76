using Sure.UtilizationService.Market;

namespace Sure.UtilizationService.Claims.Rules;

/// <summary>
/// What a rule finds about one cover as points come, one after the other. It keeps no more of them than a run has, however many come.
/// </summary>
public abstract class Judgement
{
    private DateTimeOffset? _last;
    private string? _dataSource;
    private Verdict? _final;

    /// <summary>What is found in the points so far.</summary>
    public Verdict Verdict => _final ?? SoFar;

    /// <summary>Whether no later point changes the verdict any more.</summary>
    public bool IsFinal => _final is not null;

    /// <summary>What is found as long as nothing is final.</summary>
    private protected abstract Verdict SoFar { get; }

    /// <summary>Takes the next point in sequence; one that is not later than the one before it is ignored.</summary>
    public void Take(ConsensusPoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        if (_final is null && (_last is null || point.At > _last))
        {
            var ofOtherKind = DataKind.Differ(_dataSource, point.DataSource);
            (_last, _dataSource) = (point.At, point.DataSource ?? _dataSource);
            _final = Next(point, ofOtherKind);
        }
    }

    /// <summary>Takes a point later than all before it; the verdict, where no later point changes it.</summary>
    /// <param name="point">The point.</param>
    /// <param name="ofOtherKind">Whether those before it are simulated and it is real, or the reverse: nothing under way goes on with it.</param>
    private protected abstract Verdict? Next(ConsensusPoint point, bool ofOtherKind);
}
