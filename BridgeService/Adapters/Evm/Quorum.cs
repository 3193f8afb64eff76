namespace Sure.BridgeService.Adapters.Evm;

/// <summary>What several endpoints of one chain say together: an endpoint that errs, lags or lies is outvoted, or nothing is believed.</summary>
internal static class Quorum
{
    /// <summary>How many of <paramref name="endpoints"/> are a majority.</summary>
    public static int Of(int endpoints) => (endpoints / 2) + 1;

    /// <summary>The highest block that a majority has reached.</summary>
    /// <param name="heads">The block at the same tag, by endpoint.</param>
    public static Outcome<long> Height(IReadOnlyCollection<Outcome<Block>> heads)
    {
        var numbers = heads.Where(h => h.Refusal is null).Select(h => h.Value.Number).OrderDescending().ToArray();
        var needed = Of(heads.Count);
        return numbers.Length >= needed ? numbers[needed - 1] : heads.First(h => h.Refusal is not null).Refusal!;
    }

    /// <summary>
    /// What at least <paramref name="needed"/> of the votes say. Otherwise, where they contradict each other, a disagreement; where too few
    /// say anything, what kept the first of the others from it.
    /// </summary>
    public static Outcome<T> Agree<T>(IReadOnlyCollection<Outcome<T>> votes, int needed)
        where T : notnull
    {
        var said = votes.Where(v => v.Refusal is null).GroupBy(v => v.Value).OrderByDescending(g => g.Count()).ToArray();
        if (said.Length > 0 && said[0].Count() >= needed)
        {
            return said[0].Key;
        }

        var silent = votes.Select(v => v.Refusal).FirstOrDefault(r => r is not null);
        return said.Length > 1 || silent is null
            ? new Refusal(RefusalReason.Disagreement, $"Of {votes.Count} endpoints at most {(said.Length > 0 ? said[0].Count() : 0)} say the same; {needed} must.")
            : silent;
    }
}
