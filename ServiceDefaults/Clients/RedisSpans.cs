using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using OpenTelemetry;
using StackExchange.Redis.Profiling;

namespace Aspire.StackExchange.Redis;

/// <summary>
/// Makes a span of each Redis command that belongs to recorded work, by what the client's profiling tells of it: a session collects the
/// commands of a span, and when the span ends they become its children. A command that is not awaited and comes back later is left out, as
/// is everything that belongs to no recorded work; that costs nothing.
/// </summary>
internal sealed class RedisSpans : BaseProcessor<Activity>
{
    /// <summary>The source of the spans.</summary>
    public const string SourceName = "StackExchange.Redis";

    private static readonly ActivitySource Source = new(SourceName);

    private static readonly ConditionalWeakTable<Activity, ProfilingSession> Sessions = [];

    /// <summary>Where the client notes the command it is about to send; null where nobody wants to know.</summary>
    public static ProfilingSession? Session() =>
        Activity.Current is { Recorded: true } work ? Sessions.GetValue(work, static _ => new ProfilingSession()) : null;

    /// <inheritdoc />
    public override void OnEnd(Activity data)
    {
        if (Sessions.TryGetValue(data, out var session) && Sessions.Remove(data))
        {
            foreach (var command in session.FinishProfiling())
            {
                Record(command, data.Context);
            }
        }
    }

    private static void Record(IProfiledCommand command, ActivityContext work)
    {
        // Neither keys nor values: they may hold what is nobody's business.
        var tags = new ActivityTagsCollection
        {
            ["db.system.name"] = "redis",
            ["db.operation.name"] = command.Command,
            ["db.namespace"] = $"{command.Db}",
        };
        switch (command.EndPoint)
        {
            case DnsEndPoint named:
                tags["server.address"] = named.Host;
                tags["server.port"] = named.Port;
                break;
            case IPEndPoint numbered:
                tags["server.address"] = numbered.Address.ToString();
                tags["server.port"] = numbered.Port;
                break;
            default:
                break;
        }

        var startedAt = new DateTimeOffset(command.CommandCreated, TimeSpan.Zero);
        using var span = Source.StartActivity(command.Command, ActivityKind.Client, work, tags, links: null, startedAt);
        span?.SetEndTime(command.CommandCreated + command.ElapsedTime);
    }
}
