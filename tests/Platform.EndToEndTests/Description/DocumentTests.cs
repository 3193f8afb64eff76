using System.Net;

namespace Sure.EndToEndTests.Description;

/// <summary>The description of the API as it is served, and the copy of it that the dashboard's types are made from.</summary>
public sealed class DocumentTests(RunningPlatform platform)
{
    private const string Kept = "Dashboard/openapi/v2.json";
    private const string Renew = $"dotnet run --project tests/Platform.ApiDocument -c Release -- {Kept}";

    internal static string Root { get; } = FindRoot();

    [Fact]
    public async Task The_copy_that_is_kept_is_what_the_platform_serves()
    {
        var served = await ApiDocument.ReadTextAsync(platform);

        var kept = await File.ReadAllTextAsync(Path.Combine(Root, Kept), TestContext.Current.CancellationToken);
        Assert.True(kept == served, $"{Kept} is not what the platform serves; renew it: {Renew}");
    }

    [Fact]
    public async Task The_pages_need_no_other_host()
    {
        var page = await platform.Anonymous.GetAsync(new Uri("/docs/", UriKind.Relative), TestContext.Current.CancellationToken);
        var text = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.DoesNotContain("https://", text, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", text, StringComparison.Ordinal);
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        var script = await platform.Anonymous.GetAsync(new Uri("/docs/scalar.js", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, script.StatusCode);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Platform.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run within the repository.");
        }

        return folder.FullName;
    }
}
