using Sure.ServiceDefaults.Problems;

namespace Sure.UtilizationService.Pool;

/// <summary>
/// Where requests wait that will lock the pool. Each that waits for the lock itself holds a connection meanwhile; few of them may, so that
/// whoever else needs a connection finds one: leases above all, and everybody who only reads.
/// </summary>
internal sealed class PoolQueue(TimeProvider time) : IDisposable
{
    /// <summary>Requests of an instance that are at the pool at a time; it has 15 connections. One works, the others are next.</summary>
    public const int Places = 4;

    /// <summary>Who comes back then finds the queue shorter, or a pool that is still held.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    /// <summary>With what follows, 15 s for the lock and the booking of premium, within the half minute that the gateway waits.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _places = new(Places, Places);

    /// <summary>Waits for a place without a connection; false when there was none in time. Who got one leaves it.</summary>
    public async ValueTask<bool> TryEnterAsync(CancellationToken cancellationToken)
    {
        if (_places.Wait(0, CancellationToken.None))
        {
            return true;
        }

        using var limit = new CancellationTokenSource(LongestWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _places.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Leaves the place to the next.</summary>
    public void Leave() => _places.Release();

    public void Dispose() => _places.Dispose();
}

/// <summary>Says which endpoints lock the pool.</summary>
internal static class PoolQueueEndpoints
{
    /// <summary>Requests wait in the <see cref="PoolQueue"/>, once their body is read; 503 when that takes too long.</summary>
    public static TBuilder QueuesForPool<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.AddEndpointFilter(async (context, next) =>
        {
            var queue = context.HttpContext.RequestServices.GetRequiredService<PoolQueue>();
            if (!await queue.TryEnterAsync(context.HttpContext.RequestAborted))
            {
                return Problem.Unavailable("Too many are waiting to move capital; try again shortly.", PoolQueue.RetryAfter);
            }

            try
            {
                return await next(context);
            }
            finally
            {
                queue.Leave();
            }
        });
}
