[assembly: AssemblyFixture(typeof(Sure.EndToEndTests.RunningPlatform))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]
