namespace Sure.Gateway.Limits;

/// <summary>Whether a request is within the limit of its client, and what every answer says about it.</summary>
/// <param name="IsAllowed">Whether it is.</param>
/// <param name="Limit">Requests per minute.</param>
/// <param name="Remaining">How many are left of them, as far as this instance knows.</param>
/// <param name="ResetSeconds">Until all of them are there again; at least 1.</param>
/// <param name="IsFirstRefusal">Whether it is the first refusal of this minute on this instance.</param>
internal sealed record RateVerdict(bool IsAllowed, long Limit, long Remaining, int ResetSeconds, bool IsFirstRefusal = false);
