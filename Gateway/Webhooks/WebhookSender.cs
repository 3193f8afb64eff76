using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Sure.Gateway.Webhooks;

/// <summary>What a receiver answered; nothing of its body is read or kept.</summary>
/// <param name="Outcome">What became of the attempt.</param>
/// <param name="StatusCode">What was answered; null where nothing was.</param>
internal sealed record TargetAnswer(AttemptOutcome Outcome, int? StatusCode);

/// <summary>
/// Sends signed messages to receivers and to nobody else: each connection goes to an address that was checked, whatever the name server
/// says a moment later; no redirect is followed, no proxy, cookie or credential used, and our traces end here.
/// </summary>
internal sealed class WebhookSender : IDisposable
{
    /// <summary>The <c>id</c> of the message.</summary>
    public const string IdHeader = "Sure-Webhook-Id";

    /// <summary>Unix seconds of the attempt; part of what is signed, so that an old message cannot be sent again as a new one.</summary>
    public const string TimestampHeader = "Sure-Webhook-Timestamp";

    /// <summary>The signature, <see cref="WebhookSecret.Sign"/>.</summary>
    public const string SignatureHeader = "Sure-Webhook-Signature";

    private const int LargestHeadersKb = 16;
    private const int LargestDrain = 16 * 1024;

    private static readonly TimeSpan IdleConnection = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(2);

    private readonly TargetPolicy _targets;
    private readonly WebhookOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http;

    public WebhookSender(TargetPolicy targets, IOptions<WebhookOptions> options, TimeProvider time)
    {
        _targets = targets;
        _options = options.Value;
        _time = time;
        // Not from the factory: its clients know our services by name, and log and trace where they go, which may hold secrets.
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            MaxResponseHeadersLength = LargestHeadersKb,
            MaxResponseDrainSize = LargestDrain,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            PooledConnectionIdleTimeout = IdleConnection,
            PooledConnectionLifetime = ConnectionLife,
        });
    }

    /// <summary>Sends a message once; every failure is an answer.</summary>
    public async Task<TargetAnswer> SendAsync(Attempt attempt)
    {
        var url = new Uri(attempt.Url);
        if (!_targets.AllowsSchemeOf(url))
        {
            // It was allowed when the webhook was made.
            return new TargetAnswer(AttemptOutcome.ForbiddenAddress, StatusCode: null);
        }

        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds();
        using var limit = new CancellationTokenSource(_options.AttemptTimeout, _time);
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new StringContent(attempt.Body, new MediaTypeHeaderValue("application/json", "utf-8")),
        };
        request.Headers.UserAgent.ParseAdd("Sure-Webhooks/1");
        request.Headers.Add(IdHeader, $"{attempt.EventId}");
        request.Headers.Add(TimestampHeader, timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(SignatureHeader, WebhookSecret.Sign(attempt.Secret, timestamp, attempt.Body));
        try
        {
            using var response = await _http.SendAsync(request, limit.Token);
            return new TargetAnswer(OutcomeOf(response.StatusCode), (int)response.StatusCode);
        }
        catch (OperationCanceledException)
        {
            return new TargetAnswer(AttemptOutcome.Timeout, StatusCode: null);
        }
        catch (HttpRequestException exception)
        {
            return new TargetAnswer(OutcomeOf(exception), StatusCode: null);
        }
    }

    public void Dispose() => _http.Dispose();

    private static AttemptOutcome OutcomeOf(HttpStatusCode status) => (int)status switch
    {
        >= 200 and < 300 => AttemptOutcome.Delivered,
        >= 300 and < 400 => AttemptOutcome.Redirected,
        _ => AttemptOutcome.Refused,
    };

    private static AttemptOutcome OutcomeOf(HttpRequestException exception) => exception switch
    {
        { InnerException: ForbiddenTargetException } => AttemptOutcome.ForbiddenAddress,
        { HttpRequestError: HttpRequestError.SecureConnectionError } => AttemptOutcome.TlsFailed,
        _ => AttemptOutcome.Unreachable,
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await _targets.ResolveAsync(context.DnsEndPoint.Host, cancellationToken);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
