using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Sure.RealtimeService.Tests.Hosts;

/// <summary>Keeps what is logged of connections that ended, and at which level.</summary>
internal sealed class EndedConnections : ILoggerProvider
{
    private readonly ConcurrentQueue<End> _ends = new();

    public IReadOnlyList<End> All => [.. _ends];

    public ILogger CreateLogger(string categoryName) => new Lines(_ends, categoryName);

    public void Dispose()
    {
        // Nothing to give back; what was kept is still read.
    }

    internal sealed record End(LogLevel Level, Guid ConnectionId, string EndedBy, int Status, string Reason, double DurationMs, long MessagesSent, string Line);

    private sealed class Lines(ConcurrentQueue<End> ends, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (category == "Sure.RealtimeService.Connections.ClientConnection" && state is IReadOnlyList<KeyValuePair<string, object?>> fields)
            {
                var values = fields.ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal);
                ends.Enqueue(new End(
                    logLevel,
                    (Guid)values["ConnectionId"]!,
                    (string)values["EndedBy"]!,
                    (int)values["Status"]!,
                    (string)values["Reason"]!,
                    Convert.ToDouble(values["DurationMs"], CultureInfo.InvariantCulture),
                    (long)values["MessagesSent"]!,
                    formatter(state, exception)));
            }
        }
    }
}
