using System.Diagnostics;

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
        var start = new ProcessStartInfo(Path.Join(Repository.Root, "deploy", "containers", "verify"), ["--no-build"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);

        var said = $"{await output}{Environment.NewLine}{await errors}";
        TestContext.Current.TestOutputHelper?.WriteLine(said);
        Assert.True(process.ExitCode == 0, said);
    }
}
