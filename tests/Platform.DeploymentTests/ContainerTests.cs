using System.Diagnostics;
using Sure.TestServers;

namespace Sure.DeploymentTests;

/// <summary>The images of all services, built without a registry and started.</summary>
public sealed class ContainerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

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
