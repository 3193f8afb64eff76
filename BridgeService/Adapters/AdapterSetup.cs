using System.Net;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly;
using Sure.BridgeService.Adapters.CoinGecko;
using Sure.BridgeService.Adapters.DefiLlama;
using Sure.BridgeService.Adapters.Evm;
using Sure.BridgeService.Adapters.Pyth;
using Sure.BridgeService.Bridges;
using Sure.BridgeService.Observations;
using Sure.Coordination.Monitors;
using Sure.Coordination.Settings;

namespace Sure.BridgeService.Adapters;

/// <summary>Adds the sources that section <c>Adapters</c> names, each with an HTTP client of its own.</summary>
internal static class AdapterSetup
{
    private const string Section = "Adapters";
    private const int MaxBytes = 1024 * 1024;
    private const int ConnectionsPerUpstream = 8;

    /// <summary>A circuit opens when of at least so many attempts of the last cycles half failed.</summary>
    private const int AttemptsToBreak = 3;

    /// <summary>So many that failures of successive cycles add up, so few that the past does not cover an upstream that fails now.</summary>
    private const int CyclesToBreak = 4;

    private static readonly TimeSpan LeastFailureWindow = TimeSpan.FromSeconds(30);

    public static void AddAdapters(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<IValidateOptions<AdapterOptions>, AdapterOptionsValidator>();
        services.AddOptions<AdapterOptions>().BindStrictly(Section).ValidateOnStart();
        services.AddSingleton<AdapterTelemetry>();
        services.AddSingleton<SourcePull>();

        // Which sources there are is decided here; whether their settings are sound, at start, where every fault is said at once.
        var options = Read(builder.Configuration);
        services.PostConfigure<BridgeOptions>(bridges => KeepFinalBlocksLive(bridges, options.Evm));
        if (options.DefiLlama.Protocols.Count > 0)
        {
            services.AddUpstream(DefiLlamaTvlSource.SourceName, o => o.DefiLlama.Tvl, o => o.DefiLlama.MaxTvlBytes);
            services.AddSingleton<IObservationSource, DefiLlamaTvlSource>();
        }

        if (options.DefiLlama.Coins.Count > 0)
        {
            services.AddUpstream(DefiLlamaPriceSource.SourceName, o => o.DefiLlama.Prices, _ => MaxBytes);
            services.AddSingleton<IObservationSource, DefiLlamaPriceSource>();
        }

        if (options.CoinGecko.Coins.Count > 0)
        {
            services.AddUpstream(CoinGeckoSource.SourceName, o => o.CoinGecko.Upstream, _ => MaxBytes);
            services.AddSingleton<IObservationSource, CoinGeckoSource>();
        }

        if (options.Pyth.Feeds.Count > 0)
        {
            services.AddUpstream(PythSource.SourceName, o => o.Pyth.Upstream, _ => MaxBytes);
            services.AddSingleton<IObservationSource, PythSource>();
        }

        for (var i = 0; i < options.Evm.Count; i++)
        {
            services.AddChain(i, options.Evm[i]);
        }
    }

    /// <summary>The section as it is configured, not yet validated.</summary>
    public static AdapterOptions Read(IConfiguration configuration) =>
        configuration.GetSection(Section).Get<AdapterOptions>(StrictSettings.Strict) ?? new AdapterOptions();

    /// <summary>
    /// Blocks are older when they become final than others may be that are live: unless it is said otherwise, what is believed of them is live.
    /// </summary>
    private static void KeepFinalBlocksLive(BridgeOptions bridges, IEnumerable<ChainOptions> chains)
    {
        foreach (var chain in chains.Where(c => c.Chain is not null && c.MaxBlockAge > bridges.MaxAge))
        {
            bridges.SourceMaxAges.TryAdd(LockboxSource.NameOf(chain), chain.MaxBlockAge);
            bridges.SourceMaxAges.TryAdd(PauseFlagSource.NameOf(chain), chain.MaxBlockAge);
        }
    }

    private static void AddChain(this IServiceCollection services, int index, ChainOptions chain)
    {
        var clients = Enumerable.Range(0, chain.Endpoints.Count).Select(i => $"evm-{index}-{i}").ToArray();
        for (var i = 0; i < clients.Length; i++)
        {
            var endpoint = i;
            services.AddUpstream(clients[i], o => o.Evm[index].Endpoints[endpoint], _ => MaxBytes);
        }

        if (chain.Feeds.Any(f => f.Stablecoin is not null))
        {
            Add<FeedSource>(FeedSource.NameOf);
        }

        if (chain.Lockboxes.Count > 0)
        {
            Add<LockboxSource>(LockboxSource.NameOf);
        }

        if (chain.PauseFlags.Count > 0)
        {
            Add<PauseFlagSource>(PauseFlagSource.NameOf);
        }

        void Add<T>(Func<ChainOptions, string> nameOf)
            where T : class, IObservationSource =>
            services.AddSingleton<IObservationSource>(provider =>
            {
                var configured = provider.GetRequiredService<IOptions<AdapterOptions>>().Value.Evm[index];
                var reader = new ChainReader([.. clients.Select(c => provider.GetRequiredKeyedService<Upstream>(c))], nameOf(configured));
                return ActivatorUtilities.CreateInstance<T>(provider, reader, configured);
            });
    }

    private static void AddUpstream(
        this IServiceCollection services, string client, Func<AdapterOptions, UpstreamOptions> upstreamOf, Func<AdapterOptions, int> maxBytesOf)
    {
        services.AddKeyedSingleton(client, (provider, _) => ActivatorUtilities.CreateInstance<Upstream>(provider, client));
        var http = services.AddHttpClient(client, (provider, http) =>
        {
            var options = provider.GetRequiredService<IOptions<AdapterOptions>>().Value;
            var upstream = upstreamOf(options);
            http.BaseAddress = upstream.Url;
            http.Timeout = Timeout.InfiniteTimeSpan;
            http.DefaultRequestHeaders.UserAgent.ParseAdd(options.UserAgent);
            foreach (var (name, value) in upstream.Headers)
            {
                http.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
            }
        });

        // Operators of nodes put keys into the address: it stays out of logs and, with the propagator, out of traces; a source has its own.
        http.RemoveAllLoggers();
        http.ConfigurePrimaryHttpMessageHandler(provider => new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            MaxConnectionsPerServer = ConnectionsPerUpstream,
            ActivityHeadersPropagator = null,
            ConnectTimeout = provider.GetRequiredService<IOptions<AdapterOptions>>().Value.AttemptTimeout,
        });
#pragma warning disable EXTEXP0001 // The only way to another pipeline than that of calls between our services.
        http.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        http.AddResilienceHandler("adapter", (pipeline, context) => Configure(pipeline, context.ServiceProvider));
        http.AddHttpMessageHandler(provider => new BoundedBodyHandler(maxBytesOf(provider.GetRequiredService<IOptions<AdapterOptions>>().Value)));
    }

    /// <summary>From the outside in: the request's limit, retries, the circuit, the attempt's limit.</summary>
    private static void Configure(ResiliencePipelineBuilder<HttpResponseMessage> pipeline, IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<AdapterOptions>>().Value;
        var interval = provider.GetRequiredService<IOptions<MonitoringOptions>>().Value.BridgeInterval;
        var limit = PullLimits.OfRequest(interval);
        pipeline.TimeProvider = provider.GetRequiredService<TimeProvider>();
        pipeline.AddTimeout(limit);
        if (options.Retries > 0)
        {
            pipeline.AddRetry(new HttpRetryStrategyOptions
            {
                MaxRetryAttempts = options.Retries,
                Delay = options.RetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldRetryAfterHeader = false,
                ShouldHandle = arguments => ValueTask.FromResult(IsTransient(arguments.Outcome)),
            });
        }

        pipeline.AddCircuitBreaker(new HttpCircuitBreakerStrategyOptions
        {
            FailureRatio = 0.5,
            MinimumThroughput = AttemptsToBreak,
            SamplingDuration = CyclesToBreak * interval > LeastFailureWindow ? CyclesToBreak * interval : LeastFailureWindow,
            BreakDuration = options.CircuitBreak,
            ShouldHandle = arguments => ValueTask.FromResult(IsTransient(arguments.Outcome)),
        });
        var attempt = PullLimits.OfAttempt(interval);
        pipeline.AddTimeout(options.AttemptTimeout < attempt ? options.AttemptTimeout : attempt);
    }

    /// <summary>
    /// What may be gone at the next attempt. Not an upstream that asks to be left alone: no cycle waits that long, so it is not asked again
    /// before the time it names (<see cref="Upstream"/>). Not an answer that is too long: it will be so again.
    /// </summary>
    private static bool IsTransient(Polly.Outcome<HttpResponseMessage> outcome) =>
        HttpClientResiliencePredicates.IsTransient(outcome)
        && !(outcome.Result is { } response && Upstream.IsLimit(response))
        && outcome.Exception is not HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded };
}
