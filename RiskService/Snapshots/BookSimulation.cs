using Microsoft.Extensions.Options;
using Sure.RiskService.Exposures;
using Sure.RiskService.LossModel;

namespace Sure.RiskService.Snapshots;

/// <summary>
/// The simulated losses of the book over every horizon. The same book gives the same figures, so that one that did not change is not
/// simulated again. Not for use by several threads at a time.
/// </summary>
internal sealed class BookSimulation(IOptions<LossModelOptions> options)
{
    private RiskBook? _book;
    private IReadOnlyList<LossDistribution> _losses = [];

    /// <summary>The losses, the shortest horizon first.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<LossDistribution> Of(RiskBook book, CancellationToken cancellationToken)
    {
        if (_book is not { } last || !last.Covers.SequenceEqual(book.Covers) || last.TrancheCapitalUsd.Except(book.TrancheCapitalUsd).Any())
        {
            var groups = TriggerGroups.Of(book.Covers);
            _losses =
            [
                .. LossModelOptions.HorizonsDays.Select(days =>
                    LossEngine.Simulate(groups, days, book.TrancheCapitalUsd, options.Value, cancellationToken: cancellationToken)),
            ];
            _book = book;
        }

        return _losses;
    }
}
