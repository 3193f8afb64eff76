using Npgsql;
using Sure.ServiceDefaults.Problems;

namespace Sure.Coordination.Reading;

/// <summary>
/// An answer read from the database, and the one before it for while the database is away. What is answered must say how old it is.
/// Thread-safe.
/// </summary>
/// <typeparam name="T">Of the answer; immutable.</typeparam>
public sealed class LastKnown<T>
    where T : class
{
    private volatile T? _last;

    /// <summary>
    /// Reads; if the database does not answer, the last answer. One that answers with an error, as where a table or a grant is missing, is
    /// not away.
    /// </summary>
    /// <param name="read">Reads from the database.</param>
    /// <exception cref="NpgsqlException">The database does not answer and never has, or it answers with an error.</exception>
    public Task<T> ReadAsync(Func<Task<T>> read) => ReadAsync(_ => read());

    /// <summary>The same for who need not fetch again what did not change.</summary>
    /// <param name="read">Reads from the database; is given the last answer, null before the first.</param>
    /// <exception cref="NpgsqlException">The database does not answer and never has, or it answers with an error.</exception>
    public async Task<T> ReadAsync(Func<T?, Task<T>> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        try
        {
            return await ReadNowAsync(read);
        }
        catch (Exception exception) when (_last is not null && exception is NpgsqlException or TimeoutException && BrokenDependency.Is(exception))
        {
            return _last;
        }
    }

    /// <summary>Reads for who must not take an old answer for one of now; what is read is the last answer from then on.</summary>
    /// <param name="read">Reads from the database; is given the last answer, null before the first.</param>
    /// <exception cref="NpgsqlException">The database does not answer.</exception>
    public async Task<T> ReadNowAsync(Func<T?, Task<T>> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        var answer = await read(_last);
        _last = answer;
        return answer;
    }
}
