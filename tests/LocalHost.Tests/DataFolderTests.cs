namespace Sure.LocalHost.Tests;

public sealed class DataFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sure-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Only_one_at_a_time_has_it()
    {
        using (DataFolder.Open(_folder))
        {
            Assert.Contains(_folder, Assert.Throws<StartException>(() => DataFolder.Open(_folder)).Message, StringComparison.Ordinal);
        }

        DataFolder.Open(_folder).Dispose();
    }

    [Fact]
    public void Reset_removes_what_is_ours_and_nothing_else()
    {
        using var data = DataFolder.Open(_folder);
        DataFolder.WriteWhole(data.SecretsFile, "{}");
        DataFolder.MakePrivate(data.Redis);
        File.WriteAllText(Path.Combine(_folder, "diary.txt"), "");

        data.Reset();

        Assert.Equal(["diary.txt", "lock", "sure-data"], Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_folder_with_what_is_not_ours_is_refused_and_left_as_it_is()
    {
        // As another program keeps its own.
        Directory.CreateDirectory(Path.Combine(_folder, "postgres"));
        Directory.CreateDirectory(Path.Combine(_folder, "logs"));

        var refusal = Assert.Throws<StartException>(() => DataFolder.Open(_folder));

        Assert.Contains(_folder, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["logs", "postgres"], Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_folder_is_ours_that_was_empty_or_made_by_an_earlier_version()
    {
        var fresh = Path.Combine(_folder, "new", "folder");
        var earlier = Directory.CreateDirectory(Path.Combine(_folder, "earlier")).FullName;
        foreach (var file in new[] { "lock", "secrets.json", "ports.json", "dev-api-key" })
        {
            File.WriteAllText(Path.Combine(earlier, file), "{}");
        }

        foreach (var folder in new[] { fresh, earlier })
        {
            DataFolder.Open(folder).Dispose();
            File.WriteAllText(Path.Combine(folder, "diary.txt"), "");
            using var again = DataFolder.Open(folder);
            again.Reset();
            Assert.Equal(["diary.txt", "lock", "sure-data"], Directory.GetFileSystemEntries(folder).Select(Path.GetFileName).Order());
        }
    }

    [Fact]
    public void The_book_is_decided_once()
    {
        var file = Path.Combine(_folder, "book");

        Assert.True(Book.IsDemonstration(file, empty: false, out var differs));
        Assert.False(differs);
        Assert.True(Book.IsDemonstration(file, empty: true, out differs));
        Assert.True(differs);
    }

    [Fact]
    public void A_full_disk_is_one_sentence() =>
        Assert.Contains("is full", StartException.SentenceFor(new IOException("No space left on device", 28), "/data"), StringComparison.Ordinal);
}
