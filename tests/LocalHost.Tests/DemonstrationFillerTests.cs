using Sure.LocalHost.Demonstration;

namespace Sure.LocalHost.Tests;

public sealed class DemonstrationFillerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sure-test-").FullName;
    private readonly DataFolder _data;
    private readonly FakePlatform _platform = new();

    public DemonstrationFillerTests()
    {
        _data = DataFolder.Open(_folder);
        File.WriteAllText(_data.DevelopmentKeyFile, "key\n");
    }

    public void Dispose()
    {
        _data.Dispose();
        _platform.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Fills_an_empty_platform_up_to_the_target()
    {
        await FillAsync();

        AssertFilled();
    }

    [Fact]
    public async Task Is_filled_once()
    {
        await FillAsync();
        var policies = _platform.Policies;

        await FillAsync();

        Assert.Equal(policies, _platform.Policies);
        Assert.Equal(10_000_000m, _platform.CapitalUsd);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(11)]
    [InlineData(30)]
    [InlineData(44)]
    [InlineData(300)]
    public async Task Interrupted_it_goes_on_and_does_nothing_twice(int call)
    {
        _platform.BreaksAt = call;
        await Assert.ThrowsAsync<InterruptedException>(FillAsync);
        _platform.BreaksAt = null;

        await FillAsync();

        AssertFilled();
    }

    [Fact]
    public async Task Others_take_the_place_of_declined_policies()
    {
        // Each second try is another quote, so that nearly all are bound in the end.
        _platform.DeclinesEvery = 7;

        await FillAsync();

        AssertFilled();
    }

    private void AssertFilled()
    {
        Assert.Equal(10_000_000m, _platform.CapitalUsd);
        Assert.Equal(6_000_000m, _platform.DeployedUsd);
        Assert.InRange(_platform.Ltv, 0.549m, 0.55m);
        Assert.InRange(_platform.Policies, 270, 350);
    }

    private async Task FillAsync()
    {
        using var console = new Quiet();
        using var client = new HttpClient(_platform, disposeHandler: false) { BaseAddress = new Uri("http://platform") };
        await new DemonstrationFiller(client, _data, console.Log, new Impatient()).FillAsync(TestContext.Current.CancellationToken);
    }
}
