using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sure.Contracts.Calls;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.TestServers;

namespace Sure.RiskService.Tests.Hosts;

/// <summary>A service that tells what tests make up.</summary>
internal sealed class Producer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ToldEvents _told;
    private volatile Book? _book;

    private Producer(string name)
    {
        _told = new ToldEvents(name);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapGet("/internal/events", (long after, int limit) => Results.Json(_told.Page(after, limit), SureJson.Internal));
        _app.MapGet(Book.Path, () => _book is { } book ? Results.Json(book, SureJson.Internal) : Results.StatusCode(StatusCodes.Status503ServiceUnavailable));
    }

    public string Address => _app.Urls.Single();

    /// <summary>What it answers as the whole book; until then it is away.</summary>
    public Book Book
    {
        set => _book = value;
    }

    public static async Task<Producer> StartAsync(string name)
    {
        var producer = new Producer(name);
        await producer._app.StartAsync(TestContext.Current.CancellationToken);
        return producer;
    }

    public void Tell(params IEnumerable<IPlatformEvent> events) => _told.Add(events);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
