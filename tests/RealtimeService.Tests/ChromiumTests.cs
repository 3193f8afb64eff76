using Sure.TestServers;

namespace Sure.RealtimeService.Tests;

/// <summary>Which browser the tests take.</summary>
public sealed class ChromiumTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sure-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void One_that_is_named_is_taken_before_one_that_is_installed()
    {
        var named = Install("elsewhere", "chrome");
        Install("bin", "chromium");

        Assert.Equal(named, Chromium.Find(named, Folder("bin")));
        Assert.Contains(Chromium.Setting, Assert.Throws<InvalidOperationException>(() => Chromium.Find(Folder("nowhere"), Folder("bin"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chromium")]
    [InlineData("google-chrome")]
    [InlineData("chromium-browser")]
    public void One_that_is_installed_is_found_under_each_of_its_names(string name)
    {
        var installed = Install("bin", name);

        Assert.Equal(installed, Chromium.Find(chosen: "", $"{Folder("sbin")}:{Folder("bin")}"));
    }

    [Fact]
    public void Where_there_is_none_it_is_said_what_to_install() =>
        Assert.Contains("apt-get install -y --no-install-recommends chromium", Assert.Throws<InvalidOperationException>(() => Chromium.Find(chosen: null, Folder("bin"))).Message, StringComparison.Ordinal);

    private string Folder(string name) => Path.Combine(_folder, name);

    private string Install(string folder, string name)
    {
        var program = Path.Combine(Directory.CreateDirectory(Folder(folder)).FullName, name);
        File.WriteAllText(program, "");
        return program;
    }
}
