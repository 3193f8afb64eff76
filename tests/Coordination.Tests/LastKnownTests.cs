using Npgsql;
using Sure.Coordination.Reading;

namespace Sure.Coordination.Tests;

public sealed class LastKnownTests
{
    private readonly LastKnown<string> _answers = new();

    /// <summary>A connection that broke, a server that shuts down, and one that lets nobody in.</summary>
    public static TheoryData<Exception> Away =>
    [
        new NpgsqlException("Exception while reading from stream", new IOException()),
        new TimeoutException(),
        Said(PostgresErrorCodes.AdminShutdown, "FATAL"),
        Said(PostgresErrorCodes.CannotConnectNow, "FATAL"),
        Said(PostgresErrorCodes.TooManyConnections, "FATAL"),
    ];

    /// <summary>A table or a column that is missing, a grant that is, and a statement that is wrong.</summary>
    public static TheoryData<Exception> Wrong =>
    [
        Said(PostgresErrorCodes.UndefinedTable),
        Said(PostgresErrorCodes.UndefinedColumn),
        Said(PostgresErrorCodes.InsufficientPrivilege),
        Said(PostgresErrorCodes.SyntaxError),
        new InvalidCastException(),
    ];

    [Theory]
    [MemberData(nameof(Away))]
    public async Task While_the_database_is_away_the_last_answer_is_given(Exception away)
    {
        await _answers.ReadAsync(() => Task.FromResult("before"));

        Assert.Equal("before", await _answers.ReadAsync(() => Task.FromException<string>(away)));
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_is_wrong_is_not_taken_for_a_database_that_is_away(Exception wrong)
    {
        await _answers.ReadAsync(() => Task.FromResult("before"));

        Assert.Same(wrong, await Assert.ThrowsAnyAsync<Exception>(() => _answers.ReadAsync(() => Task.FromException<string>(wrong))));
    }

    [Fact]
    public async Task Before_the_first_answer_there_is_none_to_give() =>
        await Assert.ThrowsAsync<NpgsqlException>(() => _answers.ReadAsync(() => Task.FromException<string>(new NpgsqlException("away", new IOException()))));

    private static PostgresException Said(string state, string severity = "ERROR") => new("It says so.", severity, severity, state);
}
