using Sure.Contracts.Vocabulary;

namespace Sure.QuoteService.Statistics;

/// <summary>How often a product was quoted within a minute.</summary>
/// <param name="Minute">Its start.</param>
/// <param name="Product">Which.</param>
/// <param name="Quotes">How often.</param>
/// <param name="CoverageUsd">The cover asked for, added up.</param>
internal sealed record QuoteTally(DateTimeOffset Minute, Product Product, int Quotes, decimal CoverageUsd);

/// <summary>Quotes counted in memory by minute and product, of a bounded number of minutes. Thread-safe; counting never waits for anything else.</summary>
/// <param name="mostMinutes">Minutes that are held at most; above 0.</param>
internal sealed class QuoteBuffer(int mostMinutes)
{
    private readonly Lock _counting = new();

    private SortedDictionary<DateTimeOffset, Dictionary<Product, (int Quotes, decimal CoverageUsd)>> _minutes = [];

    /// <summary>Counts one quote; answers how many quotes of the oldest minute had to make room for it.</summary>
    public int Count(Product product, decimal coverageUsd, DateTimeOffset at)
    {
        var minute = new DateTimeOffset(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
        lock (_counting)
        {
            if (!_minutes.TryGetValue(minute, out var counted))
            {
                _minutes[minute] = counted = [];
            }

            var (quotes, coverage) = counted.GetValueOrDefault(product);
            counted[product] = (quotes + 1, coverage + coverageUsd);
            if (_minutes.Count <= mostMinutes)
            {
                return 0;
            }

            var (oldest, lost) = _minutes.First();
            _minutes.Remove(oldest);
            return lost.Values.Sum(l => l.Quotes);
        }
    }

    /// <summary>What was counted since the last time, in the order of minutes and products: whoever writes in that order waits for nobody who does too.</summary>
    public IReadOnlyList<QuoteTally> Take()
    {
        SortedDictionary<DateTimeOffset, Dictionary<Product, (int Quotes, decimal CoverageUsd)>> taken;
        lock (_counting)
        {
            (taken, _minutes) = (_minutes, []);
        }

        return
        [
            .. from minute in taken
               from product in minute.Value.OrderBy(p => p.Key.CoverageType).ThenBy(p => p.Key.Chain).ThenBy(p => p.Key.Stablecoin)
               select new QuoteTally(minute.Key, product.Key, product.Value.Quotes, product.Value.CoverageUsd),
        ];
    }
}
