using Sure.LocalHost.Processes;

namespace Sure.LocalHost.Servers;

/// <summary>A server that the platform needs.</summary>
internal interface IServer
{
    /// <summary>As people call it.</summary>
    string Title { get; }

    /// <summary>Its processes, in the order in which they are started.</summary>
    IReadOnlyList<ProcessSpec> Processes { get; }

    /// <summary>Makes what must be there before it is started for the first time.</summary>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Whether it answers.</summary>
    Task<bool> AnswersAsync(CancellationToken cancellationToken);
}
