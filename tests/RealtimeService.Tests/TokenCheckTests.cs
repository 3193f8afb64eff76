using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
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
        using var gateway = new FakeGateway(() => throw failure);

        Assert.Equal(TokenCheck.Verdict.Unknown, await CheckOf(gateway).AskAsync("token", "203.0.113.7"));
    }

    /// <summary>401 and 403 are about whoever asks.</summary>
    [Theory]
    [InlineData(HttpStatusCode.NoContent, nameof(TokenCheck.Verdict.Good))]
    [InlineData(HttpStatusCode.UnprocessableEntity, nameof(TokenCheck.Verdict.Refused))]
    [InlineData(HttpStatusCode.Unauthorized, nameof(TokenCheck.Verdict.Unknown))]
    [InlineData(HttpStatusCode.Forbidden, nameof(TokenCheck.Verdict.Unknown))]
    [InlineData(HttpStatusCode.ServiceUnavailable, nameof(TokenCheck.Verdict.Unknown))]
    public async Task What_the_gateway_says_is_known(HttpStatusCode status, string verdict)
    {
        using var gateway = new FakeGateway(() => status);

        Assert.Equal(verdict, $"{await CheckOf(gateway).AskAsync("token", "203.0.113.7")}");
    }

    [Theory]
    [InlineData("a\u0000b")]
    [InlineData("\n")]
    [InlineData("\u0085")]
    public async Task A_token_with_control_characters_is_nobodys(string token)
    {
        using var gateway = new FakeGateway(() => HttpStatusCode.BadRequest);

        Assert.Equal(TokenCheck.Verdict.Refused, await CheckOf(gateway).AskAsync(token, "203.0.113.7"));
    }

    /// <summary>In the question a character may take six bytes, and the gateway takes 64 KiB.</summary>
    [Theory]
    [InlineData(8_192, nameof(TokenCheck.Verdict.Unknown))]
    [InlineData(8_193, nameof(TokenCheck.Verdict.Refused))]
    public async Task A_token_that_is_longer_than_any_is_nobodys(int length, string verdict)
    {
        using var gateway = new FakeGateway(() => HttpStatusCode.RequestEntityTooLarge);

        Assert.Equal(verdict, $"{await CheckOf(gateway).AskAsync(new string('é', length), "203.0.113.7")}");
    }

    [Fact]
    public async Task That_the_gateway_does_not_let_this_service_ask_is_said_once_and_so_is_that_it_does_again()
    {
        var status = HttpStatusCode.Unauthorized;
        var lines = new Lines();
        using var gateway = new FakeGateway(() => status);
        var tokens = CheckOf(gateway, lines);
        await tokens.AskAsync("token", "203.0.113.7");
        await tokens.AskAsync("token", "203.0.113.7");
        status = HttpStatusCode.UnprocessableEntity;
        await tokens.AskAsync("token", "203.0.113.7");
        await tokens.AskAsync("token", "203.0.113.7");

        Assert.Equal([LogLevel.Warning, LogLevel.Information], lines.Levels);
    }

    private static TokenCheck CheckOf(FakeGateway gateway, ILogger<TokenCheck>? logger = null) =>
        new(gateway, TimeProvider.System, logger ?? NullLogger<TokenCheck>.Instance);

    private sealed class FakeGateway(Func<HttpStatusCode> answer) : HttpMessageHandler, IHttpClientFactory
    {
        public HttpClient CreateClient(string name) => new(this, disposeHandler: false) { BaseAddress = new Uri("http://gateway") };

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(answer()));
    }

    private sealed class Lines : ILogger<TokenCheck>
    {
        public List<LogLevel> Levels { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Levels.Add(logLevel);
    }
}
