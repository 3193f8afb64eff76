using System.Net;
using Polly;
using Sure.Contracts.Calls;
using Sure.Contracts.Json;

namespace Sure.RealtimeService.Identity;

/// <summary>Asks the gateway, which has the keys, about a token that came as a message.</summary>
internal sealed partial class TokenCheck(IHttpClientFactory clients, TimeProvider time, ILogger<TokenCheck> logger)
{
    public const string ClientName = "gateway-callers";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private bool _isTurnedAway;

    /// <param name="token">What the client sent.</param>
    /// <param name="address">Its address.</param>
    public async Task<Verdict> AskAsync(string token, string address)
    {
        if (token.Length > TokenQuestion.LongestToken || !PlainTextConverter.IsPlain(token))
        {
            // Nobody's is like that, and the gateway would not read the question.
            return Verdict.Refused;
        }

        using var timeout = new CancellationTokenSource(Limit, time);
        using var client = clients.CreateClient(ClientName);
        try
        {
            using var question = new HttpRequestMessage(HttpMethod.Post, new Uri(TokenQuestion.Path, UriKind.Relative))
            {
                Content = JsonContent.Create(new TokenQuestion(token), mediaType: null, SureJson.Internal),
            };
            question.Headers.TryAddWithoutValidation(TokenQuestion.AddressHeader, address);
            using var answer = await client.SendAsync(question, timeout.Token);
            Note(answer.StatusCode);
            return answer.StatusCode switch
            {
                HttpStatusCode.NoContent => Verdict.Good,
                HttpStatusCode.UnprocessableEntity => Verdict.Refused,
                _ => Verdict.Unknown,
            };
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or ExecutionRejectedException)
        {
            return Verdict.Unknown;
        }
    }

    /// <summary>Says when the gateway begins and ends to take this instance for nobody that may ask.</summary>
    private void Note(HttpStatusCode status)
    {
        var isTurnedAway = status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;
        if (Interlocked.Exchange(ref _isTurnedAway, isTurnedAway) == isTurnedAway)
        {
            return;
        }

        if (isTurnedAway)
        {
            Log.TurnedAway(logger, (int)status);
        }
        else
        {
            Log.Heard(logger);
        }
    }

    /// <summary>What is known of a token.</summary>
    public enum Verdict
    {
        /// <summary>It is somebody's.</summary>
        Good,

        /// <summary>It is nobody's.</summary>
        Refused,

        /// <summary>The gateway could not be asked, or cannot tell.</summary>
        Unknown,
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Tokens of clients cannot be checked: the gateway does not let this service ask ({Status})")]
        public static partial void TurnedAway(ILogger logger, int status);

        [LoggerMessage(Level = LogLevel.Information, Message = "Tokens of clients are checked again")]
        public static partial void Heard(ILogger logger);
    }
}
