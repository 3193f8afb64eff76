namespace Sure.UtilizationService.Tests.Hosts;

/// <summary>
/// Tests on the real broker, while nothing else runs: they share its queue, and the metrics of a process are one whatever hosts it holds;
/// one that ends takes its figures out of those of the others.
/// </summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class OnTheBroker;
