using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sure.Contracts.Calls;
using Sure.Contracts.Events;
using Sure.Contracts.Json;

namespace Sure.TestServers;

/// <summary>A service that tells what is made up: events, and as UtilizationService the whole book.</summary>
public sealed class Producer : IAsyncDisposable
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

    /// <summary>Where it listens.</summary>
    public string Address => _app.Urls.Single();

    /// <summary>What it answers as the whole book; until then it is away.</summary>
    public Book Book
    {
        set => _book = value;
    }

    /// <summary>Starts it under the name of a service.</summary>
    public static async Task<Producer> StartAsync(string name)
    {
        var producer = new Producer(name);
        await producer._app.StartAsync();
        return producer;
    }

    /// <summary>Tells these next.</summary>
    public void Tell(params IEnumerable<IPlatformEvent> events) => _told.Add(events);

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
