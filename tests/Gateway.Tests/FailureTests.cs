using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Sure.Gateway.Tests.Hosts;
using Sure.TestServers;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace Sure.Gateway.Tests;

/// <summary>What a client sees when a service, or one of its instances, is away.</summary>
public sealed class FailureTests(PostgresServer postgres)
{
    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_service_that_is_away_is_503_and_says_when_to_come_back(string method)
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), new() { ["services:riskservice:http:0"] = Nobody() });
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/v2/risk/exposure");
        if (method is "POST")
        {
            request.Content = JsonContent.Create(new { });
        }

        using var response = await gateway.Public.SendAsync(request, TestContext.Current.CancellationToken);
        using var another = await gateway.GetAsync("/api/v2/products");

        var problem = await Problems.AssertAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.DoesNotContain("127.0.0.1", problem.ToJsonString(), StringComparison.Ordinal);
        Assert.NotNull(response.Headers.RetryAfter?.Delta);
        Problems.AssertSafe(response);
        Assert.Equal(HttpStatusCode.OK, another.StatusCode);
    }

    [Fact]
    public async Task A_service_that_does_not_answer_in_time_is_503()
    {
        await using var gateway = await GatewayHost.StartAsync(
            await postgres.CreateDatabaseAsync(), new() { ["ReverseProxy:Clusters:riskservice:HttpRequest:ActivityTimeout"] = "00:00:00.3" });
        gateway.Fakes["riskservice"].Answer = context => Task.Delay(TimeSpan.FromSeconds(30), context.RequestAborted);

        using var response = await gateway.GetAsync("/api/v2/risk/exposure");

        await Problems.AssertAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.NotNull(response.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task A_service_that_hangs_up_is_503()
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync());
        gateway.Fakes["riskservice"].Answer = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };

        using var response = await gateway.GetAsync("/api/v2/risk/exposure");

        await Problems.AssertAsync(response, HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_logged()
    {
        var written = new WrittenLines();
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), logger: written);
        var begun = new TaskCompletionSource();
        gateway.Fakes["riskservice"].Answer = async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("{");
            await context.Response.Body.FlushAsync();
            await begun.Task;
            context.Abort();
        };

        using var response = await gateway.Public.GetAsync(
            new Uri("/api/v2/risk/exposure", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        begun.SetResult();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await Eventually.HoldsAsync(() => Task.FromResult(written.Text.Contains("An answer of riskservice broke off", StringComparison.Ordinal)), "it is logged");
    }

    [Fact]
    public async Task An_answer_that_breaks_off_before_it_has_begun_is_503()
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync());
        // The server sends the head and hangs up where a body does not follow.
        gateway.Fakes["riskservice"].Answer = context =>
        {
            context.Response.ContentLength = 100;
            return context.Response.Body.FlushAsync();
        };

        using var response = await gateway.GetAsync("/api/v2/risk/exposure");

        await Problems.AssertAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.NotNull(response.Headers.RetryAfter?.Delta);
    }

    /// <summary>Clients go out of reach all the time, and RealtimeService cuts them off.</summary>
    [Fact]
    public async Task Of_a_WebSocket_that_ends_without_a_close_the_gateway_has_nothing_to_tell()
    {
        var written = new WrittenLines();
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), logger: written);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(gateway.PublicAddress) { Scheme = "ws", Path = "/ws" }.Uri, TestContext.Current.CancellationToken);

        var sockets = gateway.Fakes["realtimeservice"].Sockets;
        await Eventually.HoldsAsync(() => Task.FromResult(!sockets.IsEmpty), "the service has taken it");
        sockets.Single().Abort();

        await Assert.ThrowsAsync<WebSocketException>(async () => await socket.ReceiveAsync(new byte[16].AsMemory(), TestContext.Current.CancellationToken));
        await Eventually.HoldsAsync(() => Task.FromResult(written.Text.Contains("RequestLog", StringComparison.Ordinal)), "the request has ended");
        Assert.DoesNotContain("HttpForwarder", written.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Instances_share_the_requests_and_one_that_is_away_is_not_noticed()
    {
        await using var one = await FakeService.StartAsync("one");
        await using var two = await FakeService.StartAsync("two");
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), new()
        {
            ["services:quoteservice:http:0"] = one.Address,
            ["services:quoteservice:http:1"] = Nobody(),
            ["services:quoteservice:http:2"] = two.Address,
        });

        for (var i = 0; i < 40; i++)
        {
            using var response = await gateway.Public.PostAsJsonAsync("/api/v2/quote/multi-dimensional", new { i }, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.NotEmpty(one.Arrivals);
        Assert.NotEmpty(two.Arrivals);
        Assert.Equal(40, one.Arrivals.Count + two.Arrivals.Count);
    }

    /// <summary>As with a machine that is gone: the system takes no more connections for it, and refuses none.</summary>
    [Fact]
    public async Task An_instance_that_nobody_can_connect_to_in_time_is_not_noticed()
    {
        using var gone = new DeafListener();
        await using var well = await FakeService.StartAsync("well");
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), new()
        {
            ["services:quoteservice:http:0"] = gone.Address,
            ["services:quoteservice:http:1"] = well.Address,
            ["Gateway:ConnectTimeout"] = "00:00:00.5",
            // All the time it is one of two.
            ["ReverseProxy:Clusters:quoteservice:HealthCheck:Active:Enabled"] = "false",
        });

        // By chance none goes to it first not once in 1 000 times.
        for (var i = 0; i < 10; i++)
        {
            using var response = await gateway.Public.PostAsJsonAsync("/api/v2/quote/multi-dimensional", new { i }, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(10, well.Arrivals.Count);
    }

    [Fact]
    public async Task A_WebSocket_is_opened_though_an_instance_cannot_be_connected_to()
    {
        using var gone = new DeafListener();
        await using var well = await FakeService.StartAsync("well");
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), new()
        {
            ["services:realtimeservice:http:0"] = gone.Address,
            ["services:realtimeservice:http:1"] = well.Address,
            ["Gateway:ConnectTimeout"] = "00:00:00.5",
            ["ReverseProxy:Clusters:realtimeservice:HealthCheck:Active:Enabled"] = "false",
        });

        // Each goes where there are fewest, the second at the latest to the one that has none.
        var sockets = new List<ClientWebSocket>();
        for (var i = 0; i < 3; i++)
        {
            var socket = new ClientWebSocket();
            sockets.Add(socket);
            await socket.ConnectAsync(new UriBuilder(gateway.PublicAddress) { Scheme = "ws", Path = "/ws" }.Uri, TestContext.Current.CancellationToken);
        }

        Assert.Equal(3, well.Arrivals.Count);
        sockets.ForEach(s => s.Dispose());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_sent_is_not_sent_again_to_another_instance(bool asksForUpgrade)
    {
        await using var one = await FakeService.StartAsync("one");
        await using var two = await FakeService.StartAsync("two");
        one.Answer = two.Answer = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        await using var gateway = await GatewayHost.StartAsync(
            await postgres.CreateDatabaseAsync(), new() { ["services:quoteservice:http:0"] = one.Address, ["services:quoteservice:http:1"] = two.Address });

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/quote/multi-dimensional");
        if (asksForUpgrade)
        {
            request.Headers.Connection.Add("Upgrade");
            request.Headers.Upgrade.ParseAdd("websocket");
        }
        else
        {
            request.Content = JsonContent.Create(new { });
        }

        using var response = await gateway.Public.SendAsync(request, TestContext.Current.CancellationToken);

        await Problems.AssertAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.Equal(1, one.Arrivals.Count + two.Arrivals.Count);
    }

    /// <summary>It takes connections, so that only its health tells.</summary>
    [Fact]
    public async Task An_instance_that_hangs_is_asked_nothing_until_it_answers_again()
    {
        await using var one = await FakeService.StartAsync("one");
        await using var two = await FakeService.StartAsync("two");
        await using var gateway = await GatewayHost.StartAsync(
            await postgres.CreateDatabaseAsync(), new() { ["services:quoteservice:http:0"] = one.Address, ["services:quoteservice:http:1"] = two.Address });
        var service = gateway.Services.GetRequiredService<IProxyStateLookup>().GetClusters().Single(c => c.ClusterId == "quoteservice");

        two.Hangs = true;
        await Eventually.HoldsAsync(
            () => Task.FromResult(service.DestinationsState.AvailableDestinations.Count == 1), "the gateway leaves the instance that hangs out");
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await AskAsync()).StatusCode);
        }

        Assert.Equal(20, one.Arrivals.Count);
        two.Hangs = false;
        await Eventually.HoldsAsync(
            async () => (await AskAsync()).StatusCode is HttpStatusCode.OK && !two.Arrivals.IsEmpty, "the instance is asked again");

        async Task<HttpResponseMessage> AskAsync()
        {
            var response = await gateway.Public.PostAsJsonAsync("/api/v2/quote/multi-dimensional", new { }, TestContext.Current.CancellationToken);
            response.Dispose();
            return response;
        }
    }

    /// <summary>Where none seems well, one that answers slowly is better than none.</summary>
    [Fact]
    public async Task Instances_that_all_fail_their_checks_are_asked_nevertheless()
    {
        await using var one = await FakeService.StartAsync("one");
        one.HealthStatus = StatusCodes.Status503ServiceUnavailable;
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), new() { ["services:realtimeservice:http:0"] = one.Address });
        var service = gateway.Services.GetRequiredService<IProxyStateLookup>().GetClusters().Single(c => c.ClusterId == "realtimeservice");

        await Eventually.HoldsAsync(
            () => Task.FromResult(service.DestinationsState.AllDestinations.All(d => d.Health.Active is DestinationHealth.Unhealthy)), "the check fails");
        using var response = await gateway.GetAsync("/asyncapi/v2.json");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    /// <summary>Nobody listens there.</summary>
    internal static string Nobody() => "http://127.0.0.1:1";
}
