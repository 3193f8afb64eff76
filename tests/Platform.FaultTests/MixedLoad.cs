using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Sure.EndToEndTests;

namespace Sure.FaultTests;

/// <summary>
/// Clients as they should be written: they ask another gateway when one does not answer, and ask again with the same key until they know what
/// became of an order. What was acknowledged to them is remembered.
/// </summary>
internal sealed class MixedLoad : IAsyncDisposable
{
    public const decimal CoverUsd = 100m;

    private const int Buyers = 3;
    private const int Providers = 2;

    /// <summary>Longer than the gateway waits for a service, so that nobody gives up on what will still be answered.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(250);

    /// <summary>Spread over chains and coins, so that no limit of the pool is near.</summary>
    private static readonly (string Chain, string Coin)[] Products =
    [
        .. from chain in new[] { "Ethereum", "Arbitrum", "Base", "Optimism", "Polygon", "TON" }
           from coin in new[] { "USDC", "USDT", "DAI", "FRAX", "PYUSD", "GHO", "LUSD", "crvUSD" }
           select (chain, coin),
    ];

    private static readonly string[] Readings = ["/api/v2/pool", "/api/v2/risk/exposure", "/api/v2/bridge-health", "/api/v2/oracles/prices", "/api/v2/tranches/apy"];

    private readonly Progress _progress;
    private readonly HttpClient[] _doors;
    private readonly CancellationTokenSource _ending = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private Task _working = Task.CompletedTask;
    private int _asked;

    public MixedLoad(DoubledPlatform platform, Progress progress)
    {
        _progress = progress;
        _doors = [.. platform.Doors.Select(door =>
        {
            var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{door.Port}"), Timeout = Patience };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", platform.Running.Key);
            return client;
        })];
    }

    /// <summary>Policies that were acknowledged, with the quote of each.</summary>
    public ConcurrentDictionary<string, string> Policies { get; } = new();

    /// <summary>Movements of capital that were acknowledged: journal entry, and shares by account.</summary>
    public ConcurrentDictionary<string, (string Account, decimal Shares)> Movements { get; } = new();

    /// <summary>Begins; the capital must be there.</summary>
    public void Start() => _working = Task.WhenAll(
        [
            .. Enumerable.Range(0, Buyers).Select(b => RepeatAsync(number => BuyAsync(b, number))),
            .. Enumerable.Range(0, Providers).Select(p => RepeatAsync(number => MoveAsync($"provider-{p}", number))),
            RepeatAsync(ReadAsync),
        ]);

    /// <summary>Lets everybody finish what was begun.</summary>
    public async Task StopAsync()
    {
        await _ending.CancelAsync();
        await _working;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var door in _doors)
        {
            door.Dispose();
        }

        _ending.Dispose();
    }

    private async Task RepeatAsync(Func<int, Task> workAsync)
    {
        await Task.Yield();
        for (var number = 0; !_ending.IsCancellationRequested; number++)
        {
            try
            {
                await workAsync(number);
            }
            catch (Exception exception)
            {
                _progress.Violations.Enqueue($"A client failed: {exception}");
                return;
            }

            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task BuyAsync(int buyer, int number)
    {
        var (chain, coin) = Products[((buyer * 17) + number) % Products.Length];
        var began = Progress.Now;
        var quote = await AskAsync(Work.Quote, door => door.PostJsonAsync("/api/v2/quote/multi-dimensional", Api.Quote("depeg", chain, coin, CoverUsd, 30)));
        Expect(quote, HttpStatusCode.OK);
        if (!(bool)quote["bindable"])
        {
            _progress.Refused(Work.Quote);
            return;
        }

        _progress.Done(Work.Quote, began);
        began = Progress.Now;
        var quoteId = (string)quote["quote_id"]!;
        var key = Key("order", buyer, number);
        var policy = await AskAsync(Work.Sale, door => door.PostJsonAsync("/api/v2/policies", new { quote_id = quoteId }, key));
        if (policy.Status is HttpStatusCode.UnprocessableEntity or HttpStatusCode.Gone)
        {
            // Declined: prices are too old to sell by, or the quote has been lost with Redis.
            _progress.Refused(Work.Sale);
            return;
        }

        Expect(policy, HttpStatusCode.Created);
        if ((string?)policy["quote_id"] != quoteId || !Policies.TryAdd((string)policy["policy_id"]!, quoteId))
        {
            _progress.Violations.Enqueue($"The sale of {quoteId} was answered by another one: {policy}");
        }

        _progress.Done(Work.Sale, began);
    }

    /// <summary>Three times something is paid in, then something is taken out.</summary>
    private async Task MoveAsync(string account, int number)
    {
        var (path, sign) = number % 4 == 3 ? ("/api/v2/vault/withdraw", -1m) : ("/api/v2/vault/deposit", 1m);
        var began = Progress.Now;
        var key = Key(account, number);
        var moved = await AskAsync(
            Work.Capital, door => door.PostJsonAsync(path, new { tranche_id = "SURE_SNR", account, amount_usd = 100m + (number % 7) }, key));
        if (sign < 0 && (string?)moved.Body?["type"] == "urn:sure:problem:known-event")
        {
            // Prices are too old to let anybody go by.
            _progress.Refused(Work.Capital);
            return;
        }

        Expect(moved, HttpStatusCode.Created);
        var shares = decimal.Parse((string)moved["shares"]!, CultureInfo.InvariantCulture);
        if (!Movements.TryAdd((string)moved["entry"]["entry_id"]!, (account, sign * shares)))
        {
            _progress.Violations.Enqueue($"One entry was answered to two movements: {moved}");
        }

        _progress.Done(Work.Capital, began);
    }

    private async Task ReadAsync(int number)
    {
        var began = Progress.Now;
        foreach (var path in Readings)
        {
            Expect(await AskAsync(Work.Reading, door => door.GetJsonAsync(path)), HttpStatusCode.OK);
        }

        _progress.Done(Work.Reading, began);
    }

    /// <summary>Asks until there is an answer that is neither silence nor "not now".</summary>
    private async Task<Answer> AskAsync(Work work, Func<HttpClient, Task<Answer>> askAsync)
    {
        while (true)
        {
            try
            {
                var answer = await askAsync(_doors[(uint)Interlocked.Increment(ref _asked) % _doors.Length]);
                if (answer.Status < HttpStatusCode.InternalServerError)
                {
                    return answer;
                }

                if (answer.Status is not HttpStatusCode.ServiceUnavailable || answer.Response.Headers.RetryAfter is null)
                {
                    _progress.Violations.Enqueue($"{work} was answered with {answer}");
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                // Whether it was done is not known; asked again with the same key it is done once.
            }
            catch (TaskCanceledException exception) when (exception.InnerException is TimeoutException)
            {
                _progress.Violations.Enqueue($"{work} was not answered within {Patience}.");
            }

            _progress.Refused(work);
            await Task.Delay(RetryPause, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private static void Expect(Answer answer, HttpStatusCode status)
    {
        if (answer.Status != status)
        {
            throw new InvalidOperationException($"{answer.Response.RequestMessage?.RequestUri} answered {answer}");
        }
    }

    private static string Key(params object[] parts) => string.Join('-', parts);
}
