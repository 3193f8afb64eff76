using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Sure.BridgeService.Adapters;

/// <summary>
/// Asks one upstream for all sources that need it; every way in which that fails is a refusal. Safe for use by several threads.
/// </summary>
/// <param name="client">Name of its HTTP client.</param>
internal sealed class Upstream(
    string client, IHttpClientFactory clients, IOptions<AdapterOptions> options, AdapterTelemetry telemetry, TimeProvider time)
{
    /// <summary>Who wants to be left alone for longer is asked again after this.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(24);

    /// <summary>A timestamp: a wall clock that is set back must not prolong the pause.</summary>
    private long _pausedUntil = long.MinValue;

    /// <summary>Whether the upstream asked for fewer requests, with its status or with <c>Retry-After</c>.</summary>
    public static bool IsLimit(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.TooManyRequests
        || (response.StatusCode == HttpStatusCode.ServiceUnavailable && response.Headers.RetryAfter is not null);

    /// <summary>The body of <c>GET</c> <paramref name="path"/>, relative to the upstream's address; counted for <paramref name="source"/>.</summary>
    public async Task<Outcome<ReadOnlyMemory<byte>>> GetAsync(string source, string path, CancellationToken cancellationToken)
    {
        using var http = clients.CreateClient(client);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{http.BaseAddress!.AbsoluteUri.TrimEnd('/')}/{path}"));
        return await SendAsync(source, http, request, cancellationToken);
    }

    /// <summary>The body of the answer to <paramref name="json"/>, posted to the upstream's address; counted for <paramref name="source"/>.</summary>
    public async Task<Outcome<ReadOnlyMemory<byte>>> PostAsync(string source, byte[] json, CancellationToken cancellationToken)
    {
        using var http = clients.CreateClient(client);
        using var request = new HttpRequestMessage(HttpMethod.Post, http.BaseAddress)
        {
            Content = new ByteArrayContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        return await SendAsync(source, http, request, cancellationToken);
    }

    private async Task<Outcome<ReadOnlyMemory<byte>>> SendAsync(
        string source, HttpClient http, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var outcome = await AskAsync(http, request, cancellationToken);
        telemetry.Requested(source, outcome.Refusal?.Reason);
        return outcome;
    }

    private async Task<Outcome<ReadOnlyMemory<byte>>> AskAsync(HttpClient http, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var (now, pausedUntil) = (time.GetTimestamp(), Interlocked.Read(ref _pausedUntil));
        if (now < pausedUntil)
        {
            return new Refusal(RefusalReason.BackingOff, $"{client} wants to be left alone for {time.GetElapsedTime(now, pausedUntil)}.");
        }

        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            if (IsLimit(response))
            {
                var pause = PauseOf(response.Headers.RetryAfter);
                Interlocked.Exchange(ref _pausedUntil, time.GetTimestamp() + (long)(pause.TotalSeconds * time.TimestampFrequency));
                return new Refusal(RefusalReason.RateLimited, $"{client} answered {(int)response.StatusCode} and is left alone for {pause}.");
            }

            if ((int)response.StatusCode is >= 300 and < 400)
            {
                return new Refusal(RefusalReason.Redirected, $"{client} answered {(int)response.StatusCode}; redirects are not followed.");
            }

            return response.IsSuccessStatusCode
                ? (ReadOnlyMemory<byte>)await response.Content.ReadAsByteArrayAsync(cancellationToken)
                : new Refusal(RefusalReason.Status, $"{client} answered {(int)response.StatusCode}.");
        }
        catch (TimeoutRejectedException)
        {
            return new Refusal(RefusalReason.Timeout, $"{client} did not answer in time.");
        }
        catch (BrokenCircuitException)
        {
            return new Refusal(RefusalReason.CircuitOpen, $"{client} failed again and again and is not asked for a while.");
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            return new Refusal(RefusalReason.TooLarge, $"{client} answered more than it may.");
        }
        catch (HttpRequestException exception)
        {
            return new Refusal(RefusalReason.Unreachable, $"{client}: {exception.HttpRequestError}.");
        }
    }

    private TimeSpan PauseOf(RetryConditionHeaderValue? retryAfter)
    {
        var pause = retryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => options.Value.RateLimitPause,
        };
        return pause < LongestPause ? pause : LongestPause;
    }
}
