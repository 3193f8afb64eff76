using Sure.Rfc6455;

namespace Sure.EndToEndTests;

/// <summary>RFC 6455 through the gateway: what a client sends that is wrong is answered with a close frame, which reaches it.</summary>
public sealed class SocketConformanceTests(RunningPlatform platform)
{
    /// <summary>Half of what one address may have at a time.</summary>
    private const int AtATime = 50;

    [Fact]
    public async Task Frames_are_answered_as_the_standard_says()
    {
        var address = new UriBuilder(platform.Gateway) { Scheme = "ws", Path = "/ws" }.Uri;
        var faults = new List<string>();
        foreach (var cases in ConformanceCase.All.Chunk(AtATime))
        {
            faults.AddRange((await Task.WhenAll(cases.Select(c => c.FindFaultAsync(address)))).OfType<string>());
        }

        Assert.Equal("", string.Join(Environment.NewLine, faults));
    }
}
