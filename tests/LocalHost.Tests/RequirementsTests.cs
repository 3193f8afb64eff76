using System.Diagnostics;
using System.Text.Json;

namespace Sure.LocalHost.Tests;

/// <summary>What <c>./run</c> and <c>./test</c> find out of the machine, with a machine that is made up.</summary>
public sealed class RequirementsTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sure-test-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData(true, "", true)]
    [InlineData(true, "/opt/chrome", false)]
    [InlineData(false, "", false)]
    public async Task A_browser_is_asked_of_apt_where_there_is_a_package_and_none_is_chosen(bool isDebian, string chosen, bool isAsked)
    {
        var missing = await RunAsync(
            $$"""
            is_debian() { {{(isDebian ? "true" : "false")}}; }
            command() { false; }
            missing_packages tests
            """,
            ("SURE_CHROMIUM", chosen));

        var packages = missing.Split('\n');
        Assert.Equal(isAsked, packages.Contains("chromium"));
        Assert.Contains("slowhttptest", packages);
    }

    /// <summary>The build writes a file among the sources, and the tests of the dashboard write what they saw.</summary>
    [Fact]
    public async Task The_dashboard_is_built_once_and_again_when_a_source_has_changed()
    {
        Directory.CreateDirectory(Path.Combine(_root, "Dashboard", "src", "shared", "api"));
        await File.WriteAllTextAsync(Path.Combine(_root, "Dashboard", "package-lock.json"), "{}", TestContext.Current.CancellationToken);

        var builds = await RunAsync(
            """
            node_is_new_enough() { true; }
            say() { :; }
            npm() {
                mkdir -p node_modules dist playwright-report
                [ "$1" = ci ] && return
                echo built
                echo types >src/shared/api/openapi.ts
                echo page >dist/index.html
            } 2>/dev/null
            build_dashboard 2>&1
            build_dashboard 2>&1
            echo report >"$root/Dashboard/playwright-report/index.html"
            build_dashboard 2>&1
            echo then
            echo more >"$root/Dashboard/src/page.ts"
            build_dashboard 2>&1
            build_dashboard 2>&1
            """);

        Assert.Equal("built\nthen\nbuilt\n", builds);
    }

    /// <summary>Codes of NuGet's audit: no answer, severity low to critical, and a source without advisories.</summary>
    [Theory]
    [InlineData("true", new string[0])]
    [InlineData("", new[] { "NU1900", "NU1901", "NU1902", "NU1903", "NU1904", "NU1905" })]
    public async Task What_the_audit_of_packages_says_ends_builds_of_CI_alone(string ci, string[] warnings)
    {
        var project = Path.Combine(RepositoryRoot.Find(AppContext.BaseDirectory), "Contracts", "Contracts.csproj");

        var properties = await RunAsync($"dotnet msbuild -nodeReuse:false -getProperty:TreatWarningsAsErrors,NuGetAuditMode,WarningsNotAsErrors '{project}'", ("CI", ci));

        using var found = JsonDocument.Parse(properties);
        var values = found.RootElement.GetProperty("Properties");
        Assert.Equal("true", values.GetProperty("TreatWarningsAsErrors").GetString());
        Assert.Equal("all", values.GetProperty("NuGetAuditMode").GetString());
        Assert.Equal(
            warnings,
            values.GetProperty("WarningsNotAsErrors").GetString()!.Split(';', StringSplitOptions.RemoveEmptyEntries).Where(w => w.StartsWith("NU190", StringComparison.Ordinal)));
    }

    private async Task<string> RunAsync(string script, params (string Name, string Value)[] settings)
    {
        var requirements = Path.Combine(RepositoryRoot.Find(AppContext.BaseDirectory), "LocalHost", "requirements.sh");
        var start = new ProcessStartInfo("bash", ["-c", $"set -euo pipefail\nroot=$1\n. \"$2\"\n{script}", "requirements", _root, requirements])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
