using Sure.EndToEndTests.Description;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Sure.EndToEndTests.OrderOfClasses))]

namespace Sure.EndToEndTests;

/// <summary>
/// Classes in the order of their names. Late those that call every operation, which leave capital of billions and incidents behind: the others
/// look at the demonstration book as it was. After them the events, during which some products are not sold. Last the one with a platform of
/// its own and the one that needs none, for which the shared one is ended.
/// </summary>
public sealed class OrderOfClasses : ITestCollectionOrderer
{
    private static readonly string[] Last =
        [nameof(AccountabilityTests), nameof(ContractTests), nameof(MutationTests), nameof(PlayedEventTests), nameof(KilledSalesTests), nameof(DashboardSourceTests)];

    /// <inheritdoc />
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [
            .. testCollections
                .OrderBy(c => Array.FindIndex(Last, d => c.TestCollectionDisplayName.Contains($".{d} ", StringComparison.Ordinal)))
                .ThenBy(c => c.TestCollectionDisplayName, StringComparer.Ordinal),
        ];
}
