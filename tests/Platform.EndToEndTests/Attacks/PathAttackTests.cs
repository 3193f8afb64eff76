using System.Globalization;

namespace Sure.EndToEndTests.Attacks;

/// <summary>No way to write a path leads through the gateway to what has no route there, for an operator neither (API8, API9).</summary>
public sealed class PathAttackTests(RunningPlatform platform)
{
    /// <summary>What the services serve to each other, and what would tell that it was reached.</summary>
    private static readonly string[] Inside = ["internal/keys", "internal/events?after=0", "internal/audit", "internal/openapi/v2.json", "alive", "metrics"];

    /// <summary>Where a route begins, with something behind it that the route takes.</summary>
    private static readonly string[] Routes = ["/api/v2/products/", "/api/v2/vault/", "/api/v2/risk/", "/api/v2/bridge-health/", "/ws/", "/docs/"];

    /// <summary>Steps out of a folder.</summary>
    private static readonly string[] Steps =
    [
        "../", "%2e%2e/", "%2E%2E/", ".%2e/", "%2e./", "..%2f", "..%2F", "%2e%2e%2f", "%252e%252e/", "%252e%252e%252f", "..\\", "..%5c", "..%5C", "%5c..%5c", "..;/", "..;x=y/", ";/../", "..%00/", "..%09/",
        "..%20/", "%c0%ae%c0%ae/", "%c0%af..%c0%af", "%e0%80%ae%e0%80%ae/", "\u00c0\u00ae\u00c0\u00ae/", "%u002e%u002e/", "..//", "..././", "....//", "./../", "/../", "..%0d/", "..%23/", "..%3f/",
    ];

    private static readonly string[] Spellings =
    [
        "/{0}", "//{0}", "///{0}", "/./{0}", "/%2e/{0}", "/%2f{0}", "/%5c{0}", "\\{0}", "/\\{0}", "/;/{0}", "/.;/{0}", "/%00/{0}", "/%20/{0}", "/ {0}", "/%2e%2e/{0}", "/api/..//{0}", "/api/v2/../../{0}", "/api/v2//../..//{0}",
        "http://x/{0}", "http://127.0.0.1/{0}", "http://utilizationservice/{0}", "http://127.0.0.1//{0}", "http://127.0.0.1\\{0}", "https://x/{0}", "ftp://x/{0}", "http:/{0}", "http:///{0}", "http://x@utilizationservice/{0}", "//utilizationservice/{0}",
        "utilizationservice/{0}", "{0}", "*{0}", "?/{0}", "#/{0}", "/#/{0}", "/api/v2/products#/../../../{0}", "/api/v2/products?/../../../{0}\0",
    ];

    [Fact]
    public async Task No_spelling_of_a_path_reaches_what_is_inside()
    {
        var faults = new List<string>();
        var targets = Inside.SelectMany(inside => Spellings.Select(s => string.Format(CultureInfo.InvariantCulture, s, inside)))
            .Concat(Inside.Take(3).SelectMany(inside => Steps.SelectMany(step => Routes.Select(route => $"{route}{string.Concat(Enumerable.Repeat(step, 4))}{inside}"))))
            .ToList();
        await Parallel.ForEachAsync(targets, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken }, async (target, _) =>
        {
            var host = target.StartsWith("http://127.0.0.1", StringComparison.Ordinal) ? "127.0.0.1" : target.StartsWith("http://utilizationservice", StringComparison.Ordinal) ? "utilizationservice" : "x";
            var answers = await Wire.ExchangeAsync(
                platform.Gateway, $"GET {target} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {platform.Key}\r\nConnection: close\r\n\r\n");
            // A query may hold whatever it likes: it is refused by its name.
            if (answers is not [{ Status: 400 or 404 or 405 } answer] || answer.Body.Contains("\"kty\"", StringComparison.Ordinal) || answer.Body.Contains("\"producer\"", StringComparison.Ordinal))
            {
                lock (faults)
                {
                    faults.Add($"{target} → {string.Join(" | ", answers)}");
                }
            }
        });

        Assert.True(targets.Count > 500, $"Only {targets.Count} were tried.");
        Assert.True(faults.Count == 0, $"{faults.Count}:{Environment.NewLine}{string.Join(Environment.NewLine, faults.Take(40))}");
    }

    [Theory]
    [InlineData("//api/v2/ledger/check")]
    [InlineData("/api/v2//ledger/check")]
    [InlineData("/api/v2/pool/../ledger/check")]
    [InlineData("/api/v2/pool/%2e%2e/ledger/check")]
    [InlineData("/api/v2/pool/..%2fledger%2fcheck")]
    [InlineData("/api/v2/ledger;/check")]
    [InlineData("/api/v2/ledger/check;")]
    [InlineData("/api/v2/ledger/check%00")]
    [InlineData("/api/v2/ledger/check%20")]
    [InlineData("/api/v2/ledger/check.json")]
    [InlineData("/api/v2/LEDGER/check")]
    [InlineData("/api/v2/ledger/check/")]
    [InlineData("/api/v2/l%65dger/check")]
    [InlineData("http://x/api/v2/ledger/check")]
    public async Task No_spelling_of_a_guarded_path_is_open(string target)
    {
        var answer = Assert.Single(await Wire.ExchangeAsync(platform.Gateway, $"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));

        Assert.True(answer.Status is 400 or 401 or 404, $"{target} → {answer}");
    }

    [Theory]
    [InlineData("TRACE")]
    [InlineData("TRACK")]
    [InlineData("CONNECT")]
    [InlineData("DEBUG")]
    [InlineData("PROPFIND")]
    public async Task Methods_that_are_none_of_ours_do_nothing(string method)
    {
        var target = method == "CONNECT" ? "utilizationservice:80" : "/api/v2/pool";
        var answer = Assert.Single(await Wire.ExchangeAsync(
            platform.Gateway, $"{method} {target} HTTP/1.1\r\nHost: {(method == "CONNECT" ? target : "x")}\r\nX-Echo: echoed\r\nAuthorization: Bearer {platform.Key}\r\nConnection: close\r\n\r\n"));

        Assert.True(answer.Status is 400 or 404 or 405 or 501, $"{method} → {answer}");
        Assert.DoesNotContain("echoed", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(platform.Key, answer.Body, StringComparison.Ordinal);
    }
}
