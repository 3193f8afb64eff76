namespace Sure.LocalHost.Processes;

/// <summary>How a process is started and stopped.</summary>
/// <param name="Resource">The resource of the graph that it is; null for helpers.</param>
/// <param name="Name">Its name in logs; that of the resource, with a number for further instances.</param>
/// <param name="Program">What is run.</param>
/// <param name="Arguments">With which arguments.</param>
/// <param name="WorkingDirectory">Where.</param>
/// <param name="Environment">With which settings on top of our own environment; null takes one away.</param>
/// <param name="StopSignal">What asks it to stop.</param>
/// <param name="BeforeStartAsync">What must be done before each start, the first and any later.</param>
internal sealed record ProcessSpec(
    string? Resource,
    string Name,
    string Program,
    IReadOnlyList<string> Arguments,
    string WorkingDirectory,
    IReadOnlyDictionary<string, string?> Environment,
    int StopSignal = Posix.Terminate,
    Func<CancellationToken, Task>? BeforeStartAsync = null);
