using System.Net;
using System.Text;
using Sure.Gateway.Tests.Hosts;
using Sure.TestServers;

namespace Sure.Gateway.Tests;

/// <summary>How large a body may be.</summary>
public sealed class BodyTests(BodyTests.Host host) : IClassFixture<BodyTests.Host>
{
    private const int Kibi = 1024;

    public static TheoryData<string, int> Limits => new()
    {
        { "/api/v2/quote/multi-dimensional", 64 * Kibi },
        { "/api/v2/policies", 64 * Kibi },
        { "/api/v2/quote/batch", Kibi * Kibi },
        { "/api/v2/observations", Kibi * Kibi },
        { "/api/v2/bridge-health/backtest", Kibi * Kibi },
        { "/api/v2/claims/backtest", Kibi * Kibi },
        { "/api/v2/bridge-health/wormhole/exploit/confirm", 64 * Kibi },
    };

    [Theory]
    [MemberData(nameof(Limits))]
    public async Task A_body_up_to_the_limit_passes_and_a_larger_one_is_refused(string path, int limit)
    {
        using var largest = await PostAsync(path, limit, chunked: false);
        using var larger = await PostAsync(path, limit + 1, chunked: false);

        Assert.Equal(HttpStatusCode.OK, largest.StatusCode);
        await Problems.AssertAsync(larger, HttpStatusCode.RequestEntityTooLarge);
        Problems.AssertSafe(larger);
    }

    [Theory]
    [MemberData(nameof(Limits))]
    public async Task A_body_that_does_not_say_how_large_it_is_has_the_same_limit(string path, int limit)
    {
        using var fitting = await PostAsync(path, limit - Kibi, chunked: true);
        using var larger = await PostAsync(path, limit + Kibi, chunked: true);

        Assert.Equal(HttpStatusCode.OK, fitting.StatusCode);
        await Problems.AssertAsync(larger, HttpStatusCode.RequestEntityTooLarge);
    }

    [Theory]
    [InlineData("application/json", true)]
    [InlineData("application/json; charset=utf-8", true)]
    [InlineData("application/json;charset=\"UTF-8\"", true)]
    [InlineData("application/json; profile=charset", true)]
    [InlineData("application/json; charset=utf-16", false)]
    [InlineData("application/json; CHARSET=iso-8859-1", false)]
    [InlineData("application/json; charset=nonsense", false)]
    [InlineData("application/json; charset=utf-16; charset=utf-8", false)]
    public async Task A_body_is_in_UTF_8(string type, bool passes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/quote/batch") { Content = new ByteArrayContent(Encoding.Unicode.GetBytes("{}")) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);

        using var answer = await host.Gateway.Public.SendAsync(request, TestContext.Current.CancellationToken);

        if (passes)
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        else
        {
            await Problems.AssertAsync(answer, HttpStatusCode.UnsupportedMediaType);
        }
    }

    private async Task<HttpResponseMessage> PostAsync(string path, int length, bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(new byte[length]) };
        request.Headers.TransferEncodingChunked = chunked;
        return await host.Gateway.Public.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public sealed class Host(PostgresServer postgres) : IAsyncLifetime
    {
        internal GatewayHost Gateway { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync());

        public ValueTask DisposeAsync() => Gateway.DisposeAsync();
    }
}
