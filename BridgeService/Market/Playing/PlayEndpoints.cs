using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Sure.Contracts.MarketEvents;
using Sure.ServiceDefaults.Description;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Problems;

namespace Sure.BridgeService.Market.Playing;

/// <summary>Body of <c>POST /api/v2/admin/market/play</c>.</summary>
/// <param name="Event">Name of the event.</param>
/// <param name="Speed">How many times as fast as it happened, 0.1 … 10 000.</param>
public sealed record PlayRequest(string Event, [property: Range(PlayEndpoints.LeastSpeed, PlayEndpoints.MostSpeed)] double Speed = 1);

/// <summary>An event that is played.</summary>
/// <param name="Event">Its name.</param>
/// <param name="Speed">How many times as fast as it happened.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndsAt">When the last of it will have been played.</param>
public sealed record PlayDocument(string Event, double Speed, DateTimeOffset StartedAt, DateTimeOffset EndsAt);

/// <summary>An event that can be played.</summary>
/// <param name="Event">Its name.</param>
/// <param name="Description">What happened, and what of it is assumed.</param>
/// <param name="Course">Where its course in time is from.</param>
/// <param name="DurationSeconds">How long it lasts at speed 1.</param>
public sealed record PlayableDocument(string Event, string Description, EventCourse Course, long DurationSeconds);

/// <summary>The simulated market.</summary>
/// <param name="Playing">The event whose effect is still felt; null where there is none.</param>
/// <param name="Events">What can be played; nothing unless the market is simulated.</param>
/// <param name="Timestamp">The time of the answer.</param>
public sealed record MarketDocument(PlayDocument? Playing, IReadOnlyList<PlayableDocument> Events, DateTimeOffset Timestamp);

/// <summary>Stored events on the simulated market.</summary>
internal static class PlayEndpoints
{
    internal const double LeastSpeed = 0.1;
    internal const double MostSpeed = 10_000;

    public static void MapPlaying(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v2/admin/market/play").RequireScope(Scope.Admin).WithTags("Market");
        group.MapPost("/", PlayAsync).WithName("PlayMarketEvent").WithSummary("Plays a stored event on the simulated market, in place of any other.").MayRefuse(StatusCodes.Status409Conflict)
            .WithExample(new PlayRequest("nyag-2019"));
        group.MapGet("/", ReadAsync).WithName("GetMarketPlay").WithSummary("What is played, and what could be.");
    }

    private static async Task<Results<Ok<PlayDocument>, ProblemHttpResult>> PlayAsync(
        PlayRequest request, PlayStore store, DataSource source, TimeProvider time, HttpContext context, CancellationToken cancellationToken)
    {
        if (!source.IsSimulated)
        {
            return Problem.Conflict("The market is not simulated: what happens on it cannot be chosen.");
        }

        if (PlayableEvents.Find(request.Event) is not { } found)
        {
            return Problem.Malformed("event", $"event must be one of {string.Join(", ", PlayableEvents.All.Select(e => e.Event))}.");
        }

        if (request.Speed is not (>= LeastSpeed and <= MostSpeed))
        {
            return Problem.NotAllowed("outside-bounds", $"speed must be {LeastSpeed} … {MostSpeed}.", "speed");
        }

        var playback = new Playback(found, request.Speed, time.GetUtcNow());
        await store.StartAsync(playback, context.Caller().Subject!, cancellationToken);
        return TypedResults.Ok(Describe(playback));
    }

    private static async Task<Ok<MarketDocument>> ReadAsync(PlayStore store, DataSource source, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var last = source.IsSimulated ? await store.ReadAsync(cancellationToken) : null;
        return TypedResults.Ok(new MarketDocument(
            last?.IsFelt(now) is true ? Describe(last) : null,
            source.IsSimulated
                ? [.. PlayableEvents.All.Select(e => new PlayableDocument(e.Event, e.Description, e.Course, (long)e.Length.TotalSeconds))]
                : [],
            now));
    }

    private static PlayDocument Describe(Playback playback) => new(playback.Event.Event, playback.Speed, playback.StartedAt, playback.EndsAt);
}
