namespace Sure.BridgeService.Observations;

/// <summary>Where observations are pulled from, once per cycle.</summary>
internal interface IObservationSource
{
    /// <summary>For logs and metrics.</summary>
    string Name { get; }

    /// <summary>What can be seen now. A source that fails is logged and asked again in the next cycle; the others go on.</summary>
    Task<ObservationBatch> ReadAsync(CancellationToken cancellationToken);
}
