using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Timeout;
using Sure.RealtimeService.Identity;

namespace Sure.RealtimeService.Tests;

public sealed class TokenCheckTests
{
    public static TheoryData<Exception> Failures =>
        [new HttpRequestException(), new OperationCanceledException(), new TimeoutRejectedException(), new BrokenCircuitException(), new RateLimiterRejectedException()];

    [Theory]
    [MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public async Task While_the_gateway_cannot_be_asked_nothing_is_known(Exception failure)
    {
        using var gateway = new Unreachable(failure);

        Assert.Equal(TokenCheck.Verdict.Unknown, await new TokenCheck(gateway, TimeProvider.System).AskAsync("token", "203.0.113.7"));
    }

    private sealed class Unreachable(Exception failure) : HttpMessageHandler, IHttpClientFactory
    {
        public HttpClient CreateClient(string name) => new(this, disposeHandler: false) { BaseAddress = new Uri("http://gateway") };

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => throw failure;
    }
}
