using System.Net;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly;
using Sure.BridgeService.Adapters.CoinGecko;
using Sure.BridgeService.Adapters.DefiLlama;
using Sure.BridgeService.Adapters.Evm;
using Sure.BridgeService.Adapters.Pyth;
using Sure.BridgeService.Observations;
using Sure.Coordination.Monitors;

namespace Sure.BridgeService.Adapters;

/// <summary>Adds the sources that section <c>Adapters</c> names, each with an HTTP client of its own.</summary>
internal static class AdapterSetup
{
    private const string Section = "Adapters";
    private const int MaxBytes = 1024 * 1024;
    private const int ConnectionsPerUpstream = 8;

    /// <summary>A circuit opens on this many failures in a row, or on as many among more requests.</summary>
    private const int FailuresToBreak = 3;

    private static readonly TimeSpan FailureWindow = TimeSpan.FromSeconds(30);

    public static void AddAdapters(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<IValidateOptions<AdapterOptions>, AdapterOptionsValidator>();
        services.AddOptions<AdapterOptions>().BindConfiguration(Section, Strict).ValidateOnStart();
        services.AddSingleton<AdapterTelemetry>();
        services.AddSingleton<SourcePull>();

        // Which sources there are is decided here; whether their settings are sound, at start, where every fault is said at once.
        var options = Read(builder.Configuration);
        if (options.DefiLlama.Protocols.Count > 0)
        {
            services.AddUpstream(DefiLlamaTvlSource.SourceName, o => o.DefiLlama.Tvl, o => o.DefiLlama.MaxTvlBytes);
            services.AddSource<DefiLlamaTvlSource>(p => p.UpstreamOf(DefiLlamaTvlSource.SourceName));
        }

        if (options.DefiLlama.Coins.Count > 0)
        {
            services.AddUpstream(DefiLlamaPriceSource.SourceName, o => o.DefiLlama.Prices, _ => MaxBytes);
            services.AddSource<DefiLlamaPriceSource>(p => p.UpstreamOf(DefiLlamaPriceSource.SourceName));
        }

        if (options.CoinGecko.Coins.Count > 0)
        {
            services.AddUpstream(CoinGeckoSource.SourceName, o => o.CoinGecko.Upstream, _ => MaxBytes);
            services.AddSource<CoinGeckoSource>(p => p.UpstreamOf(CoinGeckoSource.SourceName));
        }

        if (options.Pyth.Feeds.Count > 0)
        {
            services.AddUpstream(PythSource.SourceName, o => o.Pyth.Upstream, _ => MaxBytes);
            services.AddSource<PythSource>(p => p.UpstreamOf(PythSource.SourceName));
        }

        for (var i = 0; i < options.Evm.Count; i++)
        {
            services.AddChain(i, options.Evm[i]);
        }
    }

    /// <summary>The section as it is configured, not yet validated.</summary>
    public static AdapterOptions Read(IConfiguration configuration) =>
        configuration.GetSection(Section).Get<AdapterOptions>(Strict) ?? new AdapterOptions();

    /// <summary>Otherwise an entry with a word that is none would be left out in silence.</summary>
    private static void Strict(BinderOptions binder) => binder.ErrorOnUnknownConfiguration = true;

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
            services.AddSource<FeedSource>(ChainOf, p => Reader(p, FeedSource.NameOf(ChainOf(p))));
        }

        if (chain.Lockboxes.Count > 0)
        {
            services.AddSource<LockboxSource>(ChainOf, p => Reader(p, LockboxSource.NameOf(ChainOf(p))));
        }

        if (chain.PauseFlags.Count > 0)
        {
            services.AddSource<PauseFlagSource>(ChainOf, p => Reader(p, PauseFlagSource.NameOf(ChainOf(p))));
        }

        ChainOptions ChainOf(IServiceProvider provider) => provider.GetRequiredService<IOptions<AdapterOptions>>().Value.Evm[index];

        ChainReader Reader(IServiceProvider provider, string source) => new([.. clients.Select(c => provider.UpstreamOf(c, source))]);
    }

    private static void AddSource<T>(this IServiceCollection services, params Func<IServiceProvider, object>[] arguments)
        where T : class, IObservationSource =>
        services.AddSingleton<IObservationSource>(provider => ActivatorUtilities.CreateInstance<T>(provider, [.. arguments.Select(a => a(provider))]));

    private static Upstream UpstreamOf(this IServiceProvider provider, string client, string? source = null) =>
        ActivatorUtilities.CreateInstance<Upstream>(provider, client, source ?? client);

    private static void AddUpstream(
        this IServiceCollection services, string client, Func<AdapterOptions, UpstreamOptions> upstreamOf, Func<AdapterOptions, int> maxBytesOf)
    {
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
        var limit = PullLimits.OfRequest(provider.GetRequiredService<IOptions<MonitoringOptions>>().Value.BridgeInterval);
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
            MinimumThroughput = FailuresToBreak,
            SamplingDuration = FailureWindow,
            BreakDuration = options.CircuitBreak,
            ShouldHandle = arguments => ValueTask.FromResult(IsTransient(arguments.Outcome)),
        });
        pipeline.AddTimeout(options.AttemptTimeout < limit ? options.AttemptTimeout : limit);
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
