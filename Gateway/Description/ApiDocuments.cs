using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Sure.ServiceDefaults.Description;
using Sure.ServiceDefaults.Health;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace Sure.Gateway.Description;

/// <summary>
/// The description of the whole API: every service is asked for its part, and what it last said holds while it is away. Those that have
/// not answered yet are asked again soon, the others now and then, since a new version of a service may say something else.
/// </summary>
internal sealed partial class ApiDocuments(
    IProxyStateLookup proxy,
    IServiceProvider services,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    HttpMessageInvoker client,
    ILogger<ApiDocuments> logger) : BackgroundService
{
    private const int LargestPart = 4 * 1024 * 1024;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan NowAndThen = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    private readonly SortedDictionary<string, JsonObject> _parts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _answered = new(StringComparer.Ordinal);
    private volatile Described? _described;

    /// <summary>What is known now; null before anything is.</summary>
    public Described? Latest => _described;

    public override void Dispose()
    {
        client.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // While the host starts it still puts together what is described.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        _parts[""] = await DescribeGatewayAsync(stoppingToken);
        var askedAll = time.GetTimestamp();
        for (var everybody = true; ; everybody = time.GetElapsedTime(askedAll) >= NowAndThen)
        {
            if (everybody)
            {
                _answered.Clear();
                askedAll = time.GetTimestamp();
            }

            await AskAsync(stoppingToken);
            await Task.Delay(Soon, time, stoppingToken);
        }
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        var asked = proxy.GetClusters()
            .Where(c => !_answered.Contains(c.ClusterId))
            .Select(async c => (c.ClusterId, Part: await AskAsync(c, cancellationToken)))
            .ToList();
        var changed = _described is null;
        foreach (var (service, part) in await Task.WhenAll(asked))
        {
            if (part is not null)
            {
                _answered.Add(service);
                changed |= !_parts.TryGetValue(service, out var known) || !JsonNode.DeepEquals(known, part);
                _parts[service] = part;
            }
        }

        if (changed)
        {
            var document = DocumentMerge.Merge(_parts.Select(p => (p.Key, p.Value)), PlatformHealth.Version);
            _described = Described.Of(DocumentMerge.Write(document));
            Log.Described(logger, _parts.Count - 1);
        }
    }

    /// <summary>What the first instance that answers says; null when none does.</summary>
    private async Task<JsonObject?> AskAsync(ClusterState cluster, CancellationToken cancellationToken)
    {
        foreach (var instance in cluster.DestinationsState.AllDestinations)
        {
            try
            {
                using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                timeout.CancelAfter(AnswerTimeout);
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(new Uri(instance.Model.Config.Address), ApiDescription.Path));
                using var response = await client.SendAsync(request, timeout.Token);
                response.EnsureSuccessStatusCode();
                await response.Content.LoadIntoBufferAsync(LargestPart, timeout.Token);
                return await response.Content.ReadFromJsonAsync<JsonObject>(timeout.Token);
            }
            catch (Exception exception) when (exception is HttpRequestException or JsonException or IOException
                || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                Log.NotAnswered(logger, cluster.ClusterId, exception.Message);
            }
        }

        return null;
    }

    private async Task<JsonObject> DescribeGatewayAsync(CancellationToken cancellationToken)
    {
        var provider = services.GetRequiredKeyedService<IOpenApiDocumentProvider>(ApiDescription.Document);
        var document = await provider.GetOpenApiDocumentAsync(cancellationToken);
        return JsonNode.Parse(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, cancellationToken))!.AsObject();
    }

    /// <summary>The document as it is served.</summary>
    /// <param name="Json">UTF-8.</param>
    /// <param name="Tag">Changes with it.</param>
    internal sealed record Described(byte[] Json, string Tag)
    {
        public static Described Of(string text)
        {
            var json = Encoding.UTF8.GetBytes(text);
            return new Described(json, $"\"{Convert.ToHexStringLower(SHA256.HashData(json))[..32]}\"");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The API is described, with the parts of {Services} services")]
        public static partial void Described(ILogger logger, int services);

        [LoggerMessage(Level = LogLevel.Debug, Message = "{Service} did not describe its part of the API: {Reason}")]
        public static partial void NotAnswered(ILogger logger, string service, string reason);
    }
}
