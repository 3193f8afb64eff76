using System.Diagnostics;
using Sure.TestServers;

namespace Sure.DeploymentTests;

/// <summary>The images of all services, built without a registry and started.</summary>
public sealed class ContainerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    [Fact]
    public void The_dashboard_is_where_the_gateway_of_the_image_looks_for_it()
    {
        // A relative path is one below the working directory.
        var file = Repository.Read("deploy", "containers", "Containerfile");
        Assert.Contains("COPY . /app\nWORKDIR /app\n", file, StringComparison.Ordinal);
        Assert.Contains(" Gateway__PagesPath=wwwroot ", file, StringComparison.Ordinal);
        Assert.Contains("cp -r \"$root/Dashboard/dist\" \"$publish/wwwroot\"", Repository.Read("deploy", "containers", "build"), StringComparison.Ordinal);
    }

    /// <summary>What is checked is told by <c>deploy/containers/verify</c>; it takes minutes and needs root, podman and buildah.</summary>
    [Fact]
    public async Task Every_image_is_built_starts_answers_and_ends_as_it_promises()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("SURE_LONG") == "1", "It takes minutes: ./test --long does it.");
        var verify = await Tool.RunAsync(
            new ProcessStartInfo(Path.Join(Repository.Root, "deploy", "containers", "verify"), ["--no-build"]), Limit, TestContext.Current.CancellationToken);

        TestContext.Current.TestOutputHelper?.WriteLine(verify.ToString());
        Assert.True(verify.ExitCode == 0, verify.ToString());
    }
}
