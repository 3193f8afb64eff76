using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Sure.EndToEndTests;

namespace Sure.FaultTests;

/// <summary>
/// A WebSocket client that follows every channel, comes back by another gateway whenever it is cut off or hears nothing, goes on where it
/// was, and complains about every gap and repetition.
/// </summary>
internal sealed class Follower(DoubledPlatform platform, Progress progress, ConcurrentDictionary<(string Channel, long Offset), string> told, int number)
    : IAsyncDisposable
{
    public static readonly IReadOnlyList<string> Channels = ["bridge_health", "risk_alerts", "top_products", "tranche_apy"];

    /// <summary>The yields of the tranches are told every second; who hears nothing for longer tries elsewhere.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _ending = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly ConcurrentDictionary<string, (long Offset, string Epoch)> _positions = new();
    private Task _following = Task.CompletedTask;
    private int _connections;

    /// <summary>How often it connected.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>The last offset of each channel that it has seen.</summary>
    public IReadOnlyDictionary<string, (long Offset, string Epoch)> Positions => _positions;

    public void Start() => _following = FollowAsync();

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _following;
        _ending.Dispose();
    }

    private async Task FollowAsync()
    {
        await Task.Yield();
        for (var attempt = number; !_ending.IsCancellationRequested; attempt++)
        {
            try
            {
                await FollowAsync(platform.Doors[attempt % platform.Doors.Count].Port);
            }
            catch (Exception exception) when (exception is WebSocketException or IOException or InvalidOperationException or TimeoutException or OperationCanceledException)
            {
                // Cut off, sent away or left without a word.
            }

            await Task.Delay(RetryPause, TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task FollowAsync(int door)
    {
        await using var client = await LiveClient.ConnectAsync(new Uri($"http://127.0.0.1:{door}"));
        Interlocked.Increment(ref _connections);
        foreach (var channel in Channels)
        {
            await client.SendAsync(_positions.TryGetValue(channel, out var position)
                ? new { action = "subscribe", channel, since = position.Offset, epoch = position.Epoch }
                : new { action = "subscribe", channel });
        }

        while (!_ending.IsCancellationRequested)
        {
            Take(await client.NextAsync(_ => true, "message", Silence));
        }
    }

    private void Take(JsonObject message)
    {
        var type = (string)message["type"]!;
        if (type is "error")
        {
            progress.Violations.Enqueue($"Client {number} was told {message.ToJsonString()}");
        }
        else if (type is "subscribed")
        {
            Subscribed(message);
        }
        else if ((string?)message["channel"] is { } channel && message["snapshot"] is null)
        {
            Live(channel, message);
        }
    }

    private void Subscribed(JsonObject message)
    {
        var (channel, offset, epoch) = ((string)message["channel"]!, (long)message["offset"]!, (string)message["epoch"]!);
        if (!_positions.TryGetValue(channel, out var position))
        {
            _positions[channel] = (offset, epoch);
        }
        else if ((bool?)message["recovered"] is not true || epoch != position.Epoch)
        {
            progress.Violations.Enqueue(string.Create(
                CultureInfo.InvariantCulture, $"Client {number} came back to {channel} after {position.Offset} and was told {message.ToJsonString()}"));
        }
    }

    private void Live(string channel, JsonObject message)
    {
        var (last, epoch) = _positions[channel];
        var offset = (long)message["offset"]!;
        if (offset != last + 1)
        {
            progress.Violations.Enqueue($"Client {number} got {offset} after {last} of {channel}.");
        }

        var text = message.ToJsonString();
        if (told.GetOrAdd((channel, offset), text) is var first && first != text)
        {
            progress.Violations.Enqueue($"{offset} of {channel} was {first} and {text}");
        }

        _positions[channel] = (offset, epoch);
        var age = TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch.AddSeconds((double)message["timestamp"]!);
        progress.Done(Work.Live, Progress.Now - (long)(age.TotalSeconds * TimeProvider.System.TimestampFrequency));
    }
}
