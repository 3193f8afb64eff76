using System.Net;
using Polly;
using Sure.Contracts.Calls;
using Sure.Contracts.Json;

namespace Sure.RealtimeService.Identity;

/// <summary>Asks the gateway, which has the keys, about a token that came as a message.</summary>
internal sealed class TokenCheck(IHttpClientFactory clients, TimeProvider time)
{
    public const string ClientName = "gateway-callers";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <param name="token">What the client sent.</param>
    /// <param name="address">Its address.</param>
    public async Task<Verdict> AskAsync(string token, string address)
    {
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
            return answer.StatusCode switch
            {
                HttpStatusCode.NoContent => Verdict.Good,
                HttpStatusCode.Unauthorized => Verdict.Refused,
                _ => Verdict.Unknown,
            };
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or ExecutionRejectedException)
        {
            return Verdict.Unknown;
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
}
