using System.Diagnostics;
using System.Net;
using System.Text;
using Sure.TestServers;

namespace Sure.DeploymentTests;

/// <summary><c>.ci/audit</c> with the real npm, against a registry of our own that is asked about one package.</summary>
public sealed class PackageAuditTests : IDisposable
{
    private const string Vulnerable =
        """{"somewhat":[{"id":1,"url":"https://advisories.example/1","title":"It leaks","severity":"low","vulnerable_versions":"<2.0.0","cwe":[],"cvss":{"score":0,"vectorString":null}}]}""";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sure-audit-");

    public PackageAuditTests()
    {
        File.WriteAllText(
            Path.Combine(_folder.FullName, "package.json"), """{"name":"audited","version":"1.0.0","private":true,"dependencies":{"somewhat":"1.0.0"}}""");
        File.WriteAllText(
            Path.Combine(_folder.FullName, "package-lock.json"),
            """
            {"name":"audited","version":"1.0.0","lockfileVersion":3,"requires":true,"packages":{
              "":{"name":"audited","version":"1.0.0","dependencies":{"somewhat":"1.0.0"}},"node_modules/somewhat":{"version":"1.0.0"}}}
            """);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(200, "{}", 0, "package-lock.json: nothing is known.")]
    [InlineData(200, Vulnerable, 1, "package-lock.json: somewhat (low) https://advisories.example/1")]
    [InlineData(404, "", 0, "package-lock.json was NOT audited, for the registry has no audit: 404")]
    [InlineData(405, "", 0, "package-lock.json was NOT audited, for the registry has no audit: 405")]
    [InlineData(403, "", 0, "package-lock.json was NOT audited, for the registry has no audit: 403")]
    [InlineData(503, "", 1, "package-lock.json could not be audited: 503")]
    public async Task What_the_registry_says_passes_or_fails_and_a_registry_without_an_audit_is_told_apart(int status, string body, int exitCode, string said)
    {
        using var registry = new HttpListener();
        var address = $"http://127.0.0.1:{FreePorts.One()}/";
        registry.Prefixes.Add(address);
        registry.Start();
        var answering = AnswerAsync(registry, status, body);

        var run = await AuditAsync(address);

        registry.Stop();
        Assert.Equal("POST /-/npm/v1/security/advisories/bulk", (await answering)[0]);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.StartsWith(said, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_is_away_has_found_nothing_and_fails()
    {
        var run = await AuditAsync($"http://127.0.0.1:{FreePorts.One()}/");

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("package-lock.json could not be audited: ", run.Output, StringComparison.Ordinal);
    }

    /// <summary>Before a test runs, and of all that is installed.</summary>
    [Fact]
    public void What_a_change_must_pass_has_the_audit_in_it()
    {
        Assert.Contains("\"$root/.ci/audit\"\n", Repository.Read(".ci", "run"), StringComparison.Ordinal);
        Assert.Contains("<NuGetAuditMode>all</NuGetAuditMode>", Repository.Read("Directory.Build.props"), StringComparison.Ordinal);
    }

    private Task<ToolRun> AuditAsync(string registry)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, ".ci", "audit"), [_folder.FullName]);
        start.Environment["npm_config_registry"] = registry;
        start.Environment["npm_config_noproxy"] = "127.0.0.1";
        start.Environment["npm_config_fetch_retries"] = "0";
        start.Environment["npm_config_cache"] = Path.Combine(_folder.FullName, "cache");
        return Tool.RunAsync(start, Limit, TestContext.Current.CancellationToken);
    }

    /// <summary>Answers what it is told to where advisories are asked for, and 404 to everything else, until it is stopped; what was asked.</summary>
    private static async Task<List<string>> AnswerAsync(HttpListener registry, int status, string body)
    {
        var asked = new List<string>();
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await registry.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return asked;
            }

            asked.Add($"{context.Request.HttpMethod} {context.Request.Url!.AbsolutePath}");
            var isQuestion = context.Request.HttpMethod == "POST";
            context.Response.StatusCode = isQuestion ? status : 404;
            context.Response.ContentType = "application/json";
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(isQuestion ? body : "{}"));
            context.Response.Close();
        }
    }
}
