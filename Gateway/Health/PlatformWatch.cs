using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Sure.ServiceDefaults.Health;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace Sure.Gateway.Health;

/// <summary>
/// Asks every instance of every service how it is. However many ask at the same time, the services are asked once, and not again for half
/// a second.
/// </summary>
internal sealed class PlatformWatch(
    IProxyStateLookup proxy, HealthCheckService own, IConfiguration configuration, TimeProvider time, HttpMessageInvoker client) : IDisposable
{
    private const int LargestAnswer = 64 * 1024;

    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(500);

    /// <summary>A service may take two seconds to find out that something does not answer, and must still get to say so.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2.5);

    private readonly SemaphoreSlim _asking = new(1, 1);
    private volatile Seen? _seen;

    public async ValueTask<PlatformState> LookAsync(CancellationToken cancellationToken)
    {
        if (Remembered() is { } remembered)
        {
            return remembered;
        }

        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (Remembered() is { } meanwhile)
            {
                return meanwhile;
            }

            // Not cancelled with the request that happens to ask: others wait for the same answer.
            var state = await AskAsync();
            _seen = new Seen(state, time.GetTimestamp());
            return state;
        }
        finally
        {
            _asking.Release();
        }
    }

    public void Dispose()
    {
        _asking.Dispose();
        client.Dispose();
    }

    private PlatformState? Remembered() => _seen is { } seen && time.GetElapsedTime(seen.At) < Fresh ? seen.State : null;

    private async Task<PlatformState> AskAsync()
    {
        var asked = proxy.GetClusters().Select(async cluster => (Name: cluster.ClusterId, State: await AskAsync(cluster))).ToList();
        var services = new SortedDictionary<string, ServiceState>(StringComparer.Ordinal) { [PlatformState.Gateway] = await CheckOwnAsync() };
        foreach (var (name, state) in await Task.WhenAll(asked))
        {
            services[name] = state;
        }

        return new PlatformState(
            PlatformState.Judge(services),
            PlatformState.Gateway,
            PlatformHealth.Version,
            services,
            configuration["Platform:Data"] is { Length: > 0 } data ? data : "live",
            time.GetUtcNow());
    }

    private async Task<ServiceState> CheckOwnAsync()
    {
        var report = await own.CheckHealthAsync();
        return new ServiceState(report.Status, report.Entries.ToDictionary(e => e.Key, e => new CheckState(e.Value.Status), StringComparer.Ordinal));
    }

    private async Task<ServiceState> AskAsync(ClusterState cluster) =>
        ServiceState.Of(await Task.WhenAll(cluster.DestinationsState.AllDestinations.Select(AskAsync)));

    private async Task<ServiceState> AskAsync(DestinationState instance)
    {
        using var timeout = new CancellationTokenSource(AnswerTimeout, time);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(new Uri(instance.Model.Config.Address), "/health"));
            using var response = await client.SendAsync(request, timeout.Token);
            await response.Content.LoadIntoBufferAsync(LargestAnswer, timeout.Token);
            return await response.Content.ReadFromJsonAsync<ServiceHealth>(ServiceHealth.Json, timeout.Token) is { Checks: { } checks } health
                ? new ServiceState(health.Status, checks.ToDictionary(c => c.Key, c => new CheckState(c.Value.Status), StringComparer.Ordinal))
                : ServiceState.Away;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or JsonException or IOException)
        {
            return ServiceState.Away;
        }
    }

    private sealed record Seen(PlatformState State, long At);
}
