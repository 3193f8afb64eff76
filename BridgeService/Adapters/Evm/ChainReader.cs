namespace Sure.BridgeService.Adapters.Evm;

/// <summary>What a majority of a chain's endpoints says as of one block.</summary>
/// <param name="Block">The block.</param>
/// <param name="Answers">What the contracts answered, each <c>0x</c> and hexadecimal digits.</param>
internal sealed record ChainState(Block Block, IReadOnlyDictionary<EthCall, Outcome<string>> Answers);

/// <summary>Asks every endpoint of a chain the same as of the same block, for one source.</summary>
internal sealed class ChainReader(IReadOnlyList<Upstream> endpoints, string source)
{
    /// <summary>The newest blocks, some of which may yet be replaced.</summary>
    public const string Latest = "latest";

    /// <summary>Blocks that are never replaced.</summary>
    public const string Finalized = "finalized";

    /// <summary>What the contracts answer as of the highest block at <paramref name="tag"/> that a majority has reached.</summary>
    public async Task<Outcome<ChainState>> ReadAsync(string tag, IReadOnlyCollection<EthCall> calls, CancellationToken cancellationToken)
    {
        var heads = await Task.WhenAll(endpoints.Select(e => ReadBlockAsync(e, tag, cancellationToken)));
        if (!Quorum.Height(heads).IsAccepted(out var height, out var refusal))
        {
            return refusal;
        }

        var number = JsonRpc.Quantity(height);
        var reached = endpoints.Zip(heads).Where(e => e.Second.Refusal is null && e.Second.Value.Number >= height).ToArray();
        var votes = await Task.WhenAll(reached.Select(async e =>
        {
            var block = e.Second.Value.Number == height ? Task.FromResult(e.Second) : ReadBlockAsync(e.First, number, cancellationToken);
            var answers = Task.WhenAll(calls.Select(c => ReadCallAsync(e.First, c, number, cancellationToken)));
            return (Block: await block, Answers: calls.Zip(await answers).ToDictionary(a => a.First, a => a.Second));
        }));

        // A majority of all endpoints, not of those that are in step.
        var needed = Quorum.Of(endpoints.Count);
        if (!Quorum.Agree([.. votes.Select(v => v.Block)], needed).IsAccepted(out var agreed, out refusal))
        {
            return refusal;
        }

        var onBlock = votes.Where(v => v.Block.Refusal is null && v.Block.Value == agreed).ToArray();
        return new ChainState(agreed, calls.ToDictionary(c => c, c => Quorum.Agree([.. onBlock.Select(v => v.Answers[c])], needed)));
    }

    private async Task<Outcome<Block>> ReadBlockAsync(Upstream endpoint, string block, CancellationToken cancellationToken) =>
        (await endpoint.PostAsync(source, JsonRpc.GetBlock(block), cancellationToken)).IsAccepted(out var body, out var refusal) ? JsonRpc.ReadBlock(body) : refusal;

    private async Task<Outcome<string>> ReadCallAsync(Upstream endpoint, EthCall call, string block, CancellationToken cancellationToken) =>
        (await endpoint.PostAsync(source, JsonRpc.Call(call, block), cancellationToken)).IsAccepted(out var body, out var refusal) ? JsonRpc.ReadCall(body) : refusal;
}
