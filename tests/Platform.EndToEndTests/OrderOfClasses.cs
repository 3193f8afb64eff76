using Sure.EndToEndTests.Description;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Sure.EndToEndTests.OrderOfClasses))]

namespace Sure.EndToEndTests;

/// <summary>
/// Classes in the order of their names. Late those that call every operation: they leave capital of billions and incidents behind, and the
/// others look at the demonstration book as it was. Last those with a platform of their own, for which the shared one is ended.
/// </summary>
public sealed class OrderOfClasses : ITestCollectionOrderer
{
    private static readonly string[] Last =
        [nameof(ContractTests), nameof(MutationTests), nameof(KilledSalesTests), nameof(PlayedEventTests)];

    /// <inheritdoc />
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [
            .. testCollections
                .OrderBy(c => Array.FindIndex(Last, d => c.TestCollectionDisplayName.Contains($".{d} ", StringComparison.Ordinal)))
                .ThenBy(c => c.TestCollectionDisplayName, StringComparer.Ordinal),
        ];
}
