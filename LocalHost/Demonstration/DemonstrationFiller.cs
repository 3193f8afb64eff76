using System.Net;
using System.Text.Json.Nodes;
using Sure.LocalHost.Output;

namespace Sure.LocalHost.Demonstration;

/// <summary>
/// Fills an empty platform with the demonstration book, through the public API as any operator would. Interrupted at any point it goes on
/// there at the next start.
/// </summary>
internal sealed class DemonstrationFiller(HttpClient client, DataFolder data, ConsoleLog console, TimeProvider time)
{
    private const int BatchSize = 30;

    /// <summary>What remains to the target is not worth a policy below this.</summary>
    private const decimal LeastPolicyUsd = 1_000m;

    /// <summary>Cover that is declined right after the start may only lack a first price; altogether so long is waited for that.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private TimeSpan _waited;

    /// <summary>Fills the book. That it could not is said and does not end the platform.</summary>
    public async Task FillAsync(CancellationToken cancellationToken)
    {
        try
        {
            await TryFillAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is StartException or HttpRequestException or TaskCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            console.Warn($"The demonstration book is not complete: {exception.Message} The next start goes on with it.");
        }
    }

    private async Task TryFillAsync(CancellationToken cancellationToken)
    {
        var progress = DemonstrationProgress.Load(data.DemonstrationFile);
        if (progress is { Complete: true })
        {
            return;
        }

        var api = new PublicApi(client, (await File.ReadAllTextAsync(data.DevelopmentKeyFile, cancellationToken)).Trim(), time);
        if (progress is null)
        {
            var pool = await ReadPoolAsync(api, cancellationToken);
            if (pool.CapitalUsd > 0 || pool.CoverageUsd > 0)
            {
                console.Say("The platform is not empty; the demonstration book is left out.");
                return;
            }

            progress = new DemonstrationProgress();
            progress.Save(data.DemonstrationFile);
        }

        await MoveCapitalAsync(api, progress, cancellationToken);
        await FinishPendingAsync(api, progress, cancellationToken);
        await BindAsync(api, progress, cancellationToken);
    }

    private async Task MoveCapitalAsync(PublicApi api, DemonstrationProgress progress, CancellationToken cancellationToken)
    {
        foreach (var (tranche, amount) in DemonstrationBook.Deposits)
        {
            await OnceAsync($"deposit-{tranche}", "/api/v2/vault/deposit", new { TrancheId = tranche, AmountUsd = amount });
        }

        await OnceAsync("deployment", "/api/v2/pool/deployments", new { Direction = "deploy", AmountUsd = DemonstrationBook.DeployedUsd });

        async Task OnceAsync(string name, string path, object body)
        {
            // The key protects for a day, the file for ever.
            if (progress.Moved.Contains(name, StringComparer.Ordinal))
            {
                return;
            }

            Require(await api.PostAsync(path, body, $"demonstration-{name}", cancellationToken), path);
            progress.Moved.Add(name);
            progress.Save(data.DemonstrationFile);
        }
    }

    /// <summary>Quotes that were written down before they were bound: those that were not bound yet are, and none is bound twice.</summary>
    private async Task FinishPendingAsync(PublicApi api, DemonstrationProgress progress, CancellationToken cancellationToken)
    {
        foreach (var quote in progress.Pending)
        {
            await BindOneAsync(api, quote, cancellationToken);
        }

        progress.Pending = [];
        progress.Save(data.DemonstrationFile);
    }

    private async Task BindAsync(PublicApi api, DemonstrationProgress progress, CancellationToken cancellationToken)
    {
        var startedAt = progress.Next;
        while (progress.Next < DemonstrationBook.Policies.Count)
        {
            var pool = await ReadPoolAsync(api, cancellationToken);
            var batch = Fitting(progress.Next, (DemonstrationBook.TargetLtv * pool.EffectiveCapitalUsd) - pool.CoverageUsd);
            if (batch.Count == 0)
            {
                break;
            }

            progress.Next += batch.Count;
            for (var remaining = batch; remaining.Count > 0;)
            {
                remaining = await BindBatchAsync(api, progress, remaining, cancellationToken);
                if (remaining.Count == 0 || _waited >= Patience)
                {
                    break;
                }

                await Task.Delay(Pause, time, cancellationToken);
                _waited += Pause;
            }
        }

        progress.Complete = true;
        progress.Save(data.DemonstrationFile);
        var filled = await ReadPoolAsync(api, cancellationToken);
        console.Succeed(
            $"Demonstration book: {filled.Policies} policies, {filled.CoverageUsd:N0} USD of cover on {filled.CapitalUsd:N0} USD of capital, LTV {filled.Ltv:0.000}"
            + (startedAt > 0 ? " (begun by an earlier start)." : "."));
    }

    /// <summary>The next policies that fit into <paramref name="roomUsd"/>; the last one is cut to fit.</summary>
    private static List<DemonstrationPolicy> Fitting(int next, decimal roomUsd)
    {
        var batch = new List<DemonstrationPolicy>(BatchSize);
        foreach (var policy in DemonstrationBook.Policies.Skip(next).Take(BatchSize))
        {
            var amount = Math.Min(policy.CoverageAmount, decimal.Floor(roomUsd / 100m) * 100m);
            if (amount < LeastPolicyUsd)
            {
                break;
            }

            batch.Add(policy with { CoverageAmount = amount });
            roomUsd -= amount;
        }

        return batch;
    }

    /// <summary>Gets quotes for the policies and binds them; gives back those that were declined, for another try.</summary>
    private async Task<List<DemonstrationPolicy>> BindBatchAsync(
        PublicApi api, DemonstrationProgress progress, List<DemonstrationPolicy> batch, CancellationToken cancellationToken)
    {
        const string path = "/api/v2/quote/batch";
        var answer = Require(await api.PostAsync(path, new { Quotes = batch }, idempotencyKey: null, cancellationToken), path);
        var quotes = answer["results"]!.AsArray()
            .Where(r => r!["quote"] is not null)
            .Select(r => (Policy: batch[(int)r!["index"]!], Id: (string)r["quote"]!["quote_id"]!, Bindable: (bool)r["quote"]!["bindable"]!))
            .ToList();
        progress.Pending = [.. quotes.Where(q => q.Bindable).Select(q => q.Id)];
        progress.Save(data.DemonstrationFile);

        var declined = quotes.Where(q => !q.Bindable).Select(q => q.Policy).ToList();
        foreach (var (policy, id, _) in quotes.Where(q => q.Bindable))
        {
            if (!await BindOneAsync(api, id, cancellationToken))
            {
                declined.Add(policy);
            }
        }

        progress.Pending = [];
        progress.Save(data.DemonstrationFile);
        return declined;
    }

    /// <summary>Whether the quote is bound now; not when the pool declines it or it has expired.</summary>
    private static async Task<bool> BindOneAsync(PublicApi api, string quote, CancellationToken cancellationToken)
    {
        const string path = "/api/v2/policies";
        var answer = await api.PostAsync(path, new { QuoteId = quote }, $"demonstration-{quote}", cancellationToken);
        switch (answer.Status)
        {
            case HttpStatusCode.Conflict:
                return true;
            case HttpStatusCode.UnprocessableEntity or HttpStatusCode.Gone or HttpStatusCode.NotFound:
                return false;
            default:
                Require(answer, path);
                return true;
        }
    }

    private static async Task<Pool> ReadPoolAsync(PublicApi api, CancellationToken cancellationToken)
    {
        const string path = "/api/v2/pool";
        var body = Require(await api.GetAsync(path, cancellationToken), path);
        return new(
            (decimal)body["total_capital_usd"]!,
            (decimal)body["effective_capital_usd"]!,
            (decimal)body["coverage_sold_usd"]!,
            (int)body["active_policies"]!,
            (decimal?)body["ltv"]);
    }

    private static JsonNode Require(ApiAnswer answer, string path) =>
        answer is { IsSuccess: true, Body: { } body } ? body : throw new StartException($"{path} answered: {answer.Sentence}");

    private sealed record Pool(decimal CapitalUsd, decimal EffectiveCapitalUsd, decimal CoverageUsd, int Policies, decimal? Ltv);
}
