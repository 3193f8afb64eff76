namespace Sure.BridgeService.Adapters.Evm;

/// <summary>What is checked of every contract that counts something.</summary>
internal static class Contracts
{
    /// <summary>Refused where the contract counts with other decimals than it was configured with: then it is not the one that was meant.</summary>
    public static Outcome<int> CheckDecimals(ChainState state, string contract, int configured)
    {
        if (!state.Answers[Abi.Decimals(contract)].IsAccepted(out var data, out var refusal) || !Abi.Word(data).IsAccepted(out var decimals, out refusal))
        {
            return refusal with { Detail = $"{contract}: {refusal.Detail}" };
        }

        return decimals == configured
            ? configured
            : new Refusal(RefusalReason.Unit, $"{contract}: counts with {decimals} decimals, not {configured}.");
    }
}
