using Sure.ServiceDefaults.Problems;

namespace Sure.UtilizationService.Pool;

/// <summary>
/// Where requests wait that hold a connection for long. Few of them may at a time, so that whoever else needs a connection finds one:
/// leases above all, and everybody who only reads.
/// </summary>
/// <param name="places">Requests of an instance that are let in at a time; it has 15 connections.</param>
/// <param name="tooMany">What is said to whom the wait is too long.</param>
/// <param name="time">The clock.</param>
internal abstract class RequestQueue(int places, string tooMany, TimeProvider time) : IDisposable
{
    /// <summary>Who comes back then finds the queue shorter, or still as long.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    /// <summary>With what follows, 15 s for the lock of the pool and the booking of premium, within the half minute that the gateway waits.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _places = new(places, places);

    /// <summary>What is said to whom the wait is too long.</summary>
    public string TooMany => tooMany;

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

/// <summary>Requests that will lock the pool: one works, the others are next.</summary>
internal sealed class PoolQueue(TimeProvider time) : RequestQueue(Places, "Too many are waiting to move capital; try again shortly.", time)
{
    public const int Places = 4;
}

/// <summary>Claims that holders file: each may read all recorded points of its policy's time, and takes the pool's lock after that.</summary>
internal sealed class ClaimQueue(TimeProvider time) : RequestQueue(Places, "Too many claims are being judged; try again shortly.", time)
{
    public const int Places = 3;
}

/// <summary>Says which endpoints have a queue.</summary>
internal static class RequestQueueEndpoints
{
    /// <summary>Requests lock the pool.</summary>
    public static RouteHandlerBuilder QueuesForPool(this RouteHandlerBuilder endpoint) => endpoint.QueuesIn<PoolQueue>();

    /// <summary>Requests have a claim judged.</summary>
    public static RouteHandlerBuilder QueuesForJudgement(this RouteHandlerBuilder endpoint) => endpoint.QueuesIn<ClaimQueue>();

    /// <summary>Requests wait in the queue once their body is read; 503 when that takes too long.</summary>
    private static RouteHandlerBuilder QueuesIn<TQueue>(this RouteHandlerBuilder endpoint)
        where TQueue : RequestQueue => endpoint.AddEndpointFilter(async (context, next) =>
        {
            var queue = context.HttpContext.RequestServices.GetRequiredService<TQueue>();
            if (!await queue.TryEnterAsync(context.HttpContext.RequestAborted))
            {
                return Problem.Unavailable(queue.TooMany, RequestQueue.RetryAfter);
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
