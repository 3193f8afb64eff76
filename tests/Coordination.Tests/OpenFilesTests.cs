using Microsoft.Extensions.Logging.Abstractions;
using Sure.ServiceDefaults;

namespace Sure.Coordination.Tests;

/// <summary>How many connections fit into the files that a process may have open.</summary>
public sealed class OpenFilesTests
{
    [Fact]
    public void The_limit_is_read_as_the_kernel_writes_it()
    {
        string[] limits =
        [
            "Limit                     Soft Limit           Hard Limit           Units     ",
            "Max processes             96365                96365                processes ",
            "Max open files            1024                 524288               files     ",
        ];

        Assert.Equal(1024, OpenFiles.Read(limits).Most);
    }

    [Theory]
    [InlineData("Max open files            unlimited            unlimited            files     ")]
    [InlineData("Max processes             96365                96365                processes ")]
    public void Where_none_is_written_there_is_none(string line) => Assert.Equal(long.MaxValue, OpenFiles.Read([line]).Most);

    [Fact]
    public void This_process_has_one() => Assert.InRange(OpenFiles.OfThisProcess().Most, 1, long.MaxValue - 1);

    /// <summary>512 are kept for files and other servers, and what is needed besides, but at most half of all: 20 000 − 512 = 19 488; (20 000 − 2 512) ÷ 2 = 8 744.</summary>
    [Theory]
    [InlineData(20_000, 10_000, 1, 0, 10_000)]
    [InlineData(20_000, 20_000, 1, 0, 19_488)]
    [InlineData(20_000, 20_000, 2, 2_000, 8_744)]
    [InlineData(4_096, 20_000, 2, 2_000, 1_024)]
    [InlineData(1_048_576, 20_000, 2, 2_000, 20_000)]
    [InlineData(20, 100, 1, 0, 10)]
    [InlineData(1, 100, 2, 0, 1)]
    [InlineData(long.MaxValue, 20_000, 2, 2_000, 20_000)]
    public void As_many_connections_as_are_wanted_or_as_fit(long files, long wanted, int socketsEach, int besides, long expected) =>
        Assert.Equal(expected, new OpenFiles(files).Connections(wanted, "Limits:Connections", socketsEach, besides, NullLogger.Instance));
}
