using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Sure.ServiceDefaults.Identity;
using Sure.TestServers;

namespace Sure.Coordination.Tests;

/// <summary>What only services may ask for, services get, and nobody else.</summary>
public sealed class ServiceCallTests(PostgresServer postgres)
{
    [Fact]
    public async Task Only_a_token_of_a_known_service_for_this_one_opens_what_is_internal()
    {
        await using var producer = await CoordinationHost.ProducerAsync(await postgres.CreateDatabaseAsync());
        using var client = new HttpClient { BaseAddress = producer.Address };
        const string Path = "/internal/events?after=0";

        Assert.Equal(HttpStatusCode.OK, await AskAsync(client, Path, ("X-Sure-Service", TestIdentity.TokenFor("producer"))));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(client, Path));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(client, Path, ("X-Sure-Service", "nonsense")));
        foreach (var (what, token) in TestIdentity.ForgeriesFor("producer"))
        {
            var status = await AskAsync(client, Path, ("X-Sure-Service", token));
            Assert.True(status is HttpStatusCode.Unauthorized, $"{what} is answered {status}.");
        }
    }

    [Fact]
    public async Task Whoever_the_gateway_does_not_vouch_for_is_nobody()
    {
        await using var service = await TestService.StartAsync(
            "Coordination.Tests",
            new Dictionary<string, string?>(),
            _ => { },
            app => app.MapGet("/work", (HttpContext context) => context.Caller().Subject).RequireScope(Scope.Read));

        Assert.Equal(HttpStatusCode.OK, await AskAsync(service.Client, "/work", (InternalToken.Header, service.TokenOf("alice", Scope.Read))));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(service.Client, "/work", (InternalToken.Header, service.TokenOf("alice", Scope.Write))));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(service.Client, "/work"));
        foreach (var (what, token) in service.ForgeriesOf("alice", Scope.Read))
        {
            var status = await AskAsync(service.Client, "/work", (InternalToken.Header, token));
            Assert.True(status is HttpStatusCode.Unauthorized, $"{what} is answered {status}.");
        }
    }

    /// <summary>A token that was verified once is not verified again, but it ends all the same.</summary>
    [Fact]
    public async Task A_token_that_was_good_is_good_until_it_is_over()
    {
        var clock = new MovableClock();
        await using var service = await TestService.StartAsync(
            "Coordination.Tests",
            new Dictionary<string, string?>(),
            builder => builder.Services.AddSingleton<TimeProvider>(clock),
            app => app.MapGet("/work", () => "done").RequireScope(Scope.Read));
        var token = service.TokenOf("alice", Scope.Read);

        Assert.Equal(HttpStatusCode.OK, await AskAsync(service.Client, "/work", (InternalToken.Header, token)));
        clock.Advance(TimeSpan.FromDays(401));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(service.Client, "/work", (InternalToken.Header, token)));
    }

    /// <summary>Its instances are restarted one after the other: some sign with the old key yet, some with the new one already.</summary>
    [Fact]
    public async Task While_a_service_changes_its_key_it_is_believed_by_both()
    {
        await using var called = await TestService.StartAsync(
            "Coordination.Tests",
            new Dictionary<string, string?>
            {
                ["Identity:Name"] = "producer",
                ["Identity:Peers:riskservice"] = $"{TestIdentity.PublicKey} {TestIdentity.OtherPublicKey}",
                ["Identity:Peers:quoteservice"] = TestIdentity.PublicKey,
            },
            _ => { },
            app => app.MapGet("/internal/work", () => "done").RequireService());
        foreach (var (token, status) in new[]
        {
            (TestIdentity.TokenFor("producer", "riskservice"), HttpStatusCode.OK),
            (TestIdentity.ForgedFor("producer", "riskservice"), HttpStatusCode.OK),
            (TestIdentity.TokenFor("producer", "quoteservice"), HttpStatusCode.OK),
            // The new key of one is nobody else's.
            (TestIdentity.ForgedFor("producer", "quoteservice"), HttpStatusCode.Unauthorized),
        })
        {
            Assert.Equal(status, await AskAsync(called.Client, "/internal/work", ("X-Sure-Service", token)));
        }
    }

    [Theory]
    [InlineData("{0}", true)]
    [InlineData("{0} {1}", true)]
    [InlineData("{0} {1} nonsense", false)]
    [InlineData("{0},{1}", false)]
    [InlineData(" ", false)]
    [InlineData("", false)]
    public void Every_key_of_a_service_must_be_one_and_there_must_be_one(string peer, bool isGood)
    {
        var options = new ServiceKeyOptions { Peers = { ["riskservice"] = string.Format(CultureInfo.InvariantCulture, peer, TestIdentity.PublicKey, TestIdentity.OtherPublicKey) } };

        var complaints = options.Validate(new ValidationContext(options)).ToList();

        Assert.Equal(isGood, complaints.Count == 0);
    }

    private static async Task<HttpStatusCode> AskAsync(HttpClient client, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
