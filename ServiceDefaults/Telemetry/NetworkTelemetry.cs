using System.Diagnostics.Metrics;
using System.Net.NetworkInformation;

namespace Sure.ServiceDefaults.Telemetry;

/// <summary>
/// Counts what goes over the network, which the runtime does not: of all interfaces but the loopback one, together. In a container they are
/// the container's own, elsewhere the machine's.
/// </summary>
internal static class NetworkTelemetry
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Sure.Network";

    private static readonly Meter Meter = new(MeterName);

    private static readonly KeyValuePair<string, object?> Receive = new("network.io.direction", "receive");

    private static readonly KeyValuePair<string, object?> Transmit = new("network.io.direction", "transmit");

    /// <summary>Made once for the process, however many hosts run in it.</summary>
    public static ObservableCounter<long> Bytes { get; } =
        Meter.CreateObservableCounter("system.network.io", Observe, "By", "Bytes received and sent over the network.");

    private static IEnumerable<Measurement<long>> Observe()
    {
        long received = 0, sent = 0;
        foreach (var network in NetworkInterface.GetAllNetworkInterfaces())
        {
            if (network.NetworkInterfaceType is not NetworkInterfaceType.Loopback)
            {
                var statistics = network.GetIPStatistics();
                received += statistics.BytesReceived;
                sent += statistics.BytesSent;
            }
        }

        return [new Measurement<long>(received, Receive), new Measurement<long>(sent, Transmit)];
    }
}
