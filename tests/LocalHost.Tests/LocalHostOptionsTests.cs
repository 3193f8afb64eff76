namespace Sure.LocalHost.Tests;

public class LocalHostOptionsTests
{
    [Fact]
    public void Nothing_asked_for_is_the_demonstration_in_the_default_folder() =>
        Assert.Equal(new LocalHostOptions(), LocalHostOptions.Parse([]));

    [Fact]
    public void Everything_can_be_asked_for() => Assert.Equal(
        new LocalHostOptions(DataFolder: "/tmp/x", Empty: true, Reset: true, Configuration: "Debug"),
        LocalHostOptions.Parse(["--data", "/tmp/x", "--empty", "--reset", "--no-build", "--no-install", "--configuration=Debug"]));

    [Theory]
    [InlineData("--nonsense")]
    [InlineData("--data")]
    [InlineData("--data", "--empty")]
    [InlineData("--empty=yes")]
    public void What_makes_no_sense_is_refused(params string[] arguments) =>
        Assert.Throws<StartException>(() => LocalHostOptions.Parse(arguments));

    [Fact]
    public void The_repository_is_found_from_a_folder_within_it() =>
        Assert.True(File.Exists(Path.Combine(RepositoryRoot.Find(AppContext.BaseDirectory), "Platform.sln")));

    [Fact]
    public void Outside_of_it_nothing_is_found() => Assert.Throws<StartException>(() => RepositoryRoot.Find("/"));
}
