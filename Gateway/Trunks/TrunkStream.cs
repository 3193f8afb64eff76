using System.Buffers;
using System.IO.Pipelines;
using Sure.Contracts.Calls;
using Sure.Gateway.Routing;

namespace Sure.Gateway.Trunks;

/// <summary>
/// What one client is sent by a trunk. It is written to the client as it comes; while the client does not take it, it waits here, which the
/// service keeps to <see cref="Trunk.Window"/>. No more than <see cref="Trunk.CreditStep"/> is written at once, so that a client which takes
/// little is seen to take something.
/// </summary>
/// <param name="trunk">By which it comes.</param>
/// <param name="number">Of the stream.</param>
internal sealed class TrunkStream(ServiceTrunk trunk, uint number) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Queue<byte[]>? _waiting;
    private int _begun;
    private PipeWriter? _output;
    private Action? _given;
    private Action? _tookAll;
    private bool _isWriting;
    private bool _hasEnded;
    private bool _isOver;
    private int _taken;

    /// <summary>By which name the service is asked for it.</summary>
    public string Name => Trunk.NameOf(trunk.Id, number);

    /// <summary>Writes what has come and what still comes to the client, until the service has ended it, the client or the trunk is gone, or it is disposed of.</summary>
    /// <param name="output">The client's. Nothing else may write to it.</param>
    /// <param name="given">Told whenever the client is given something.</param>
    /// <param name="tookAll">Told when it has taken all of it.</param>
    public Task PassAsync(PipeWriter output, Action given, Action tookAll)
    {
        ValueTask<FlushResult> written;
        int length;
        lock (_lock)
        {
            (_output, _given, _tookAll) = (output, given, tookAll);
            if (_waiting is null)
            {
                EndIfDone();
                return _over.Task;
            }

            _isWriting = true;
            written = WriteWaiting(_waiting, out length);
        }

        _ = GoOnAsync(written, length);
        return _over.Task;
    }

    /// <summary>The service has sent something. Returns at once, whether the client takes it or not.</summary>
    public void Give(ReadOnlySpan<byte> bytes)
    {
        ValueTask<FlushResult> written;
        int length;
        lock (_lock)
        {
            if (_isOver)
            {
                return;
            }

            if (_output is null || _isWriting || bytes.Length > Trunk.CreditStep)
            {
                (_waiting ??= new()).Enqueue(bytes.ToArray());
                if (_output is null || _isWriting)
                {
                    return;
                }

                written = WriteWaiting(_waiting, out length);
            }
            else
            {
                length = bytes.Length;
                written = Write(_output, bytes);
            }

            if (_waiting is null && written.IsCompletedSuccessfully)
            {
                Took(length, written.Result.IsCompleted);
                EndIfDone();
                return;
            }

            _isWriting = true;
        }

        _ = GoOnAsync(written, length);
    }

    /// <summary>The service sends nothing more, or the trunk is gone: what has come is still written.</summary>
    public void End()
    {
        lock (_lock)
        {
            _hasEnded = true;
            EndIfDone();
        }
    }

    /// <summary>The client is gone: nothing is written any more.</summary>
    public void Dispose()
    {
        trunk.Forget(number);
        lock (_lock)
        {
            _isOver = true;
            _waiting = null;
            EndIfDone();
        }
    }

    /// <summary>Under the lock: writes the next of what waits.</summary>
    private ValueTask<FlushResult> WriteWaiting(Queue<byte[]> waiting, out int written)
    {
        var piece = new byte[Math.Min(Trunk.CreditStep, waiting.Sum(w => w.Length) - _begun)];
        for (var at = 0; at < piece.Length;)
        {
            var next = waiting.Peek();
            var length = Math.Min(next.Length - _begun, piece.Length - at);
            next.AsSpan(_begun, length).CopyTo(piece.AsSpan(at));
            at += length;
            _begun += length;
            if (_begun == next.Length)
            {
                waiting.Dequeue();
                _begun = 0;
            }
        }

        _waiting = waiting.Count > 0 ? waiting : null;
        written = piece.Length;
        return Write(_output!, piece);
    }

    /// <summary>Under the lock.</summary>
    private ValueTask<FlushResult> Write(PipeWriter output, ReadOnlySpan<byte> bytes)
    {
        _given!();
        try
        {
            output.Write(bytes);
            return output.FlushAsync();
        }
        catch (Exception exception) when (SocketRelay.IsEnd(exception))
        {
            return ValueTask.FromResult(new FlushResult(isCanceled: false, isCompleted: true));
        }
    }

    /// <summary>Until all that waits is written.</summary>
    private async Task GoOnAsync(ValueTask<FlushResult> written, int length)
    {
        while (true)
        {
            bool isGone;
            try
            {
                isGone = (await written).IsCompleted;
            }
            catch (Exception exception) when (SocketRelay.IsEnd(exception))
            {
                isGone = true;
            }

            lock (_lock)
            {
                Took(length, isGone);
                if (_isOver || _waiting is null)
                {
                    _isWriting = false;
                    EndIfDone();
                    return;
                }

                written = WriteWaiting(_waiting, out length);
            }
        }
    }

    /// <summary>Under the lock.</summary>
    private void Took(int length, bool isGone)
    {
        _isOver |= isGone;
        if (_waiting is null)
        {
            _tookAll!();
        }

        _taken += length;
        if (_taken >= Trunk.CreditStep)
        {
            trunk.Credit(number, _taken);
            _taken = 0;
        }
    }

    /// <summary>Under the lock.</summary>
    private void EndIfDone()
    {
        if (!_isWriting && (_isOver || (_hasEnded && _output is not null && _waiting is null)))
        {
            _over.TrySetResult();
        }
    }
}
