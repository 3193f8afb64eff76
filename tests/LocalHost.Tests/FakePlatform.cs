using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Sure.LocalHost.Tests;

/// <summary>As much of the public API as the demonstration book needs; can be told to break off in the middle.</summary>
internal sealed class FakePlatform : HttpMessageHandler
{
    private readonly Dictionary<string, decimal> _quotes = [];
    private readonly HashSet<string> _bound = [];
    private readonly HashSet<string> _keys = [];
    private int _calls;

    /// <summary>From this call on nothing is answered any more, though the one before it was still done.</summary>
    public int? BreaksAt { get; set; }

    /// <summary>Says of every how-manieth quote that it is declined when it is bound; 0 for none.</summary>
    public int DeclinesEvery { get; set; }

    public decimal CapitalUsd { get; private set; }

    public decimal DeployedUsd { get; private set; }

    public decimal CoverageUsd { get; private set; }

    public int Policies => _bound.Count;

    public decimal Ltv => CoverageUsd / (CapitalUsd * 0.699m);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Assert.Equal("Bearer key", $"{request.Headers.Authorization}");
        var body = request.Content is null ? null : await request.Content.ReadFromJsonAsync<JsonObject>(cancellationToken);
        var key = request.Headers.TryGetValues("Idempotency-Key", out var keys) ? keys.Single() : null;
        var (status, answer) = Answer(request.RequestUri!.AbsolutePath, body, key);
        if (++_calls >= BreaksAt)
        {
            throw new InterruptedException();
        }

        return new HttpResponseMessage(status) { Content = JsonContent.Create(answer) };
    }

    private (HttpStatusCode Status, JsonObject Answer) Answer(string path, JsonObject? body, string? key)
    {
        switch (path)
        {
            case "/api/v2/pool":
                return (HttpStatusCode.OK, new JsonObject
                {
                    ["total_capital_usd"] = CapitalUsd,
                    ["effective_capital_usd"] = CapitalUsd * 0.699m,
                    ["coverage_sold_usd"] = CoverageUsd,
                    ["active_policies"] = Policies,
                    ["ltv"] = CapitalUsd == 0 ? 0 : Ltv,
                });
            case "/api/v2/vault/deposit" when _keys.Add(key!):
                CapitalUsd += (decimal)body!["amount_usd"]!;
                break;
            case "/api/v2/pool/deployments" when _keys.Add(key!):
                DeployedUsd += (decimal)body!["amount_usd"]!;
                break;
            case "/api/v2/quote/batch":
                return (HttpStatusCode.OK, new JsonObject { ["results"] = new JsonArray([.. body!["quotes"]!.AsArray().Select(Quote)]) });
            case "/api/v2/policies":
                return (Bind((string)body!["quote_id"]!), []);
            default:
                break;
        }

        return (HttpStatusCode.Created, []);
    }

    private JsonObject Quote(JsonNode? request, int index)
    {
        var id = $"quote-{_quotes.Count}";
        _quotes.Add(id, (decimal)request!["coverage_amount"]!);
        return new JsonObject { ["index"] = index, ["quote"] = new JsonObject { ["quote_id"] = id, ["bindable"] = true } };
    }

    private HttpStatusCode Bind(string quote)
    {
        if (DeclinesEvery > 0 && int.Parse(quote.Split('-')[1]) % DeclinesEvery == 0)
        {
            return HttpStatusCode.UnprocessableEntity;
        }

        if (!_bound.Add(quote))
        {
            return HttpStatusCode.Conflict;
        }

        CoverageUsd += _quotes[quote];
        return HttpStatusCode.Created;
    }
}

/// <summary>Stands for the end of the process: nothing handles it.</summary>
public sealed class InterruptedException : Exception;
