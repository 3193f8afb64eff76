using System.Diagnostics;
using OpenTelemetry.Instrumentation.AspNetCore;
using Sure.Gateway.Listeners;

namespace Sure.Gateway.Telemetry;

/// <summary>Where traces begin.</summary>
internal static class TraceSetup
{
    /// <summary>
    /// A request of a client begins a trace, unless clients are believed that it belongs to one of theirs: they would choose what is
    /// recorded, if not by saying so then by the id, of which a sampler's share is made, and could put what they like into one trace. What
    /// services ask of the gateway is their call in their traces and nothing more.
    /// </summary>
    public static void AddTraces(this WebApplicationBuilder builder)
    {
        if (builder.Configuration.GetSection(GatewayOptions.Section).Get<GatewayOptions>() is not { TakesUpTraces: true })
        {
            builder.Services.AddSingleton<DistributedContextPropagator>(new Beginning());
        }

        builder.Services.PostConfigure<AspNetCoreTraceInstrumentationOptions>(web =>
        {
            var isOfInterest = web.Filter;
            web.Filter = context => !context.IsInternal() && isOfInterest?.Invoke(context) is not false;
        });
    }

    /// <summary>Reads nothing of what a request says of traces. For requests that come in: those that go out have their own way.</summary>
    private sealed class Beginning : DistributedContextPropagator
    {
        public override IReadOnlyCollection<string> Fields => [];

        public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter)
        {
            // Nothing goes out by it.
        }

        public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState) =>
            (traceId, traceState) = (null, null);

        public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;
    }
}
