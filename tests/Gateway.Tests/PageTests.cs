using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Sure.Gateway.Tests.Hosts;
using Sure.TestServers;

namespace Sure.Gateway.Tests;

/// <summary>The dashboard as a browser gets it.</summary>
public sealed class PageTests(PageTests.Host host) : IClassFixture<PageTests.Host>
{
    private const string Page = "<!doctype html><title>Sure</title>";
    private const string Script = "console.log('the plain form')";

    private GatewayHost Gateway => host.Gateway;

    [Theory]
    [InlineData("/")]
    [InlineData("/index.html")]
    [InlineData("/capital")]
    [InlineData("/policies/01a214a3-d0e7-7788-9068-1121bdae6d12")]
    public async Task Every_address_of_the_page_gives_the_page_and_is_asked_for_each_time(string path)
    {
        using var response = await Gateway.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(Page, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("no-cache", response.Headers.CacheControl!.ToString());
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Problems.AssertSafe(response);
    }

    [Theory]
    [InlineData("/api")]
    [InlineData("/api/v2/unheard-of")]
    [InlineData("/API/v2/unheard-of")]
    [InlineData("/internal/keys")]
    [InlineData("/alive")]
    [InlineData("/metrics")]
    [InlineData("/assets/of-another-release-0a1b2c3d.js")]
    [InlineData("/favicon.ico")]
    [InlineData("/%20/internal/keys")]
    [InlineData("/capital%23")]
    [InlineData("/.vite/manifest.json")]
    [InlineData("/assets/app-1234abcd.js.br")]
    public async Task What_is_no_address_of_the_page_does_not_exist(string path)
    {
        using var response = await Gateway.GetAsync(path);

        await Problems.AssertAsync(response, HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData(null, null, Script)]
    [InlineData("gzip", "gzip", "the gzip form")]
    [InlineData("gzip, deflate, br", "br", "the brotli form")]
    [InlineData("br;q=0, gzip;q=0.5", "gzip", "the gzip form")]
    [InlineData("br;q=0.0, gzip;q=0", null, Script)]
    [InlineData("identity", null, Script)]
    public async Task What_has_a_hash_in_its_name_is_kept_for_ever_in_the_form_the_browser_reads(string? accepted, string? encoding, string content)
    {
        using var response = await Gateway.GetAsync("/assets/app-1234abcd.js", key: null, accepted is null ? [] : [("Accept-Encoding", accepted)]);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/javascript; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(encoding is null ? [] : [encoding], response.Content.Headers.ContentEncoding);
        Assert.Equal(content, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("public, max-age=31536000, immutable", response.Headers.CacheControl!.ToString());
        Assert.Contains("Accept-Encoding", response.Headers.Vary);
    }

    [Fact]
    public async Task What_the_browser_has_is_not_sent_again()
    {
        using var first = await Gateway.GetAsync("/", key: null, ("Accept-Encoding", "br"));
        var tag = first.Headers.ETag!;

        using var again = await Gateway.GetAsync("/capital", key: null, ("Accept-Encoding", "br"), ("If-None-Match", tag.ToString()));
        using var other = await Gateway.GetAsync("/", key: null, ("If-None-Match", "\"of-another-release\""));

        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal(tag, again.Headers.ETag);
        // A browser takes them over for the page it has kept, which would load nothing under another policy.
        Assert.Equal(first.Headers.GetValues("Content-Security-Policy"), again.Headers.GetValues("Content-Security-Policy"));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task The_page_is_told_where_operators_look_further()
    {
        using var response = await Gateway.GetAsync("/links.json");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            """{"traces_url":"https://traces.example.org/search","metrics_url":null,"logs_url":null}""",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Only_reading_is_possible_and_only_from_outside()
    {
        using var head = await Gateway.Public.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/"), TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, Page.Length), (head.StatusCode, (int)head.Content.Headers.ContentLength!));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));

        using var body = new StringContent("{}", Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json"));
        using var post = await Gateway.Public.PostAsync(new Uri("/capital", UriKind.Relative), body, TestContext.Current.CancellationToken);
        await Problems.AssertAsync(post, HttpStatusCode.NotFound);

        using var inside = await Gateway.Internal.GetAsync("/capital", TestContext.Current.CancellationToken);
        await Problems.AssertAsync(inside, HttpStatusCode.NotFound);
    }

    /// <summary>A gateway with a dashboard of two files. The compressed forms are only named so: what is sent shows which was taken.</summary>
    public sealed class Host(PostgresServer postgres) : IAsyncLifetime
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("sure-pages-").FullName;

        public GatewayHost Gateway { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Directory.CreateDirectory(Path.Join(_folder, "assets"));
            Directory.CreateDirectory(Path.Join(_folder, ".vite"));
            await File.WriteAllTextAsync(Path.Join(_folder, "index.html"), Page);
            await File.WriteAllTextAsync(Path.Join(_folder, ".vite", "manifest.json"), "{}");
            await File.WriteAllTextAsync(Path.Join(_folder, "assets", "app-1234abcd.js"), Script);
            await File.WriteAllTextAsync(Path.Join(_folder, "assets", "app-1234abcd.js.br"), "the brotli form");
            await File.WriteAllTextAsync(Path.Join(_folder, "assets", "app-1234abcd.js.gz"), "the gzip form");
            Gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), new()
            {
                ["Gateway:PagesPath"] = _folder,
                ["Gateway:TracesUrl"] = "https://traces.example.org/search",
            });
        }

        public async ValueTask DisposeAsync()
        {
            await Gateway.DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }
    }
}
