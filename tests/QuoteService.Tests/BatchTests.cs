using System.Net;
using System.Text.Json.Nodes;
using Sure.QuoteService.Tests.Hosts;
using Sure.TestServers;

namespace Sure.QuoteService.Tests;

/// <summary>Batches of which some requests cannot be read.</summary>
public sealed class BatchTests(PostgresServer postgres) : IAsyncLifetime
{
    private const string Batch = "/api/v2/quote/batch";

    /// <summary>10 000 × 0.008 × 90 / 365 = 19.73.</summary>
    private const string Good = """{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDC","coverage_amount":10000,"duration_days":90}""";

    private QuoteHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await QuoteHost.StartAsync(postgres);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("""{"coverage_type":"depeg","chain":"Etherium","stablecoin":"USDC","coverage_amount":10000,"duration_days":90}""", "chain must be one of Ethereum, ")]
    [InlineData("""{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDC","coverage_amount":10000}""", "duration_days is missing.")]
    [InlineData("{}", "coverage_type, chain, stablecoin, coverage_amount, duration_days are missing.")]
    [InlineData("""{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDC","coverage_amount":"10000","duration_days":90}""", "coverage_amount must be a number.")]
    [InlineData("""{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDC","coverage_amount":"NaN","duration_days":90}""", "coverage_amount must be a number.")]
    [InlineData("""{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDC","coverage_amount":1e400,"duration_days":90}""", "coverage_amount must be a number.")]
    [InlineData("""{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDC","coverage_amount":10000,"duration_days":90.5}""", "duration_days must be a whole number.")]
    [InlineData("""{"coverage_type":"depeg","chain":null,"stablecoin":"USDC","coverage_amount":10000,"duration_days":90}""", "chain must be one of Ethereum, ")]
    [InlineData("""{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDC","coverage_amount":10000,"duration_days":90,"colour":[{}]}""", "colour is not a field of this request.")]
    [InlineData("""{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDC","coverage_amount":10000,"duration_days":90,"Chain":"Base"}""", "Chain is not a field of this request.")]
    [InlineData("""{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDC","coverage_amount":10000,"duration_days":90,"chain":"Base"}""", "chain is given twice.")]
    public async Task A_request_that_cannot_be_read_is_a_problem_in_its_place_in_the_words_it_gets_alone(string request, string sentence)
    {
        var alone = await _host.PostTextAsync("/api/v2/quote/multi-dimensional", request);
        var answer = await _host.PostTextAsync(Batch, $$"""{"quotes":[{{Good}},{{request}},{{Good}}]}""");

        Assert.StartsWith(sentence, (string?)alone["error"], StringComparison.Ordinal);
        AssertBetweenQuotes(answer, (string)alone["error"]!);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("\"depeg\"")]
    [InlineData("[{}]")]
    public async Task What_is_no_object_is_a_problem_in_its_place(string element) =>
        AssertBetweenQuotes(await _host.PostTextAsync(Batch, $$"""{"quotes":[{{Good}},{{element}},{{Good}}]}"""), "A request must be a JSON object.");

    /// <summary>The body comes in several parts, and a problem in each of them.</summary>
    [Fact]
    public async Task A_large_batch_has_its_problems_in_their_places()
    {
        var requests = Enumerable.Repeat(Good, 560).ToArray();
        int[] faulty = [0, 255, 256, 300, 559];
        foreach (var index in faulty)
        {
            requests[index] = Good.Replace("Ethereum", "Nowhere", StringComparison.Ordinal);
        }

        var answer = await _host.PostTextAsync(Batch, $$"""{"quotes":[{{string.Join(',', requests)}}]}""");

        var results = answer["results"].AsArray();
        Assert.Equal(Enumerable.Range(0, 560), results.Select(r => (int)r!["index"]!));
        Assert.Equal(faulty, results.Where(r => r!["problem"] is not null).Select(r => (int)r!["index"]!));
        Assert.Equal(560 - faulty.Length, results.Count(r => r!["quote"] is { } quote && (decimal)quote["premium"]! == 19.73m));
    }

    [Fact]
    public async Task A_batch_without_any_request_that_can_be_read_has_problems_only()
    {
        var answer = await _host.PostTextAsync(Batch, """{"quotes":[null,{}]}""");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal([400, 400], answer["results"].AsArray().Select(r => (int)r!["problem"]!["status"]!));
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("null", 400)]
    [InlineData("[]", 400)]
    [InlineData("{}", 400)]
    [InlineData("""{"quotes":null}""", 400)]
    [InlineData("""{"quotes":{"0":{}}}""", 400)]
    [InlineData("""{"quotes":"none"}""", 400)]
    [InlineData("""{"quotes":[{}],"colour":1}""", 400)]
    [InlineData("""{"quotes":[{}],"quotes":[{}]}""", 400)]
    [InlineData("""{"quotes":[{}]""", 400)]
    [InlineData("""{"quotes":[{},]}""", 400)]
    [InlineData("""{"quotes":[{}]}{}""", 400)]
    [InlineData("""{"quotes":[{"coverage_amount":NaN}]}""", 400)]
    [InlineData("""{"quotes":[{"colour":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}]}""", 400)]
    [InlineData("""{"quotes":[]}""", 422)]
    public async Task What_is_no_batch_is_refused_as_a_whole(string body, int status)
    {
        var answer = await _host.PostTextAsync(Batch, body);

        Assert.Equal(status, (int)answer.Status);
        Assert.StartsWith("urn:sure:problem:", (string?)answer["type"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    public async Task A_batch_of_too_many_is_refused_as_a_whole(string element)
    {
        var answer = await _host.PostTextAsync(Batch, $$"""{"quotes":[{{string.Join(',', Enumerable.Repeat(element, 561))}}]}""");

        Assert.Equal((422, "quotes must hold 1 … 560 requests."), ((int)answer.Status, (string?)answer["error"]));
    }

    private static void AssertBetweenQuotes(Answer answer, string error)
    {
        Assert.True(answer.Status is HttpStatusCode.OK, answer.ToString());
        var results = answer["results"].AsArray();
        Assert.Equal([0, 1, 2], results.Select(r => (int)r!["index"]!));
        Assert.Equal([19.73m, null, 19.73m], results.Select(r => (decimal?)r!["quote"]?["premium"]));
        var problem = Assert.IsType<JsonObject>(results[1]!["problem"]);
        Assert.Equal(("urn:sure:problem:malformed", 400, error), ((string?)problem["type"], (int)problem["status"]!, (string?)problem["error"]));
        Assert.All([results[0], results[2]], r => Assert.Null(r!["problem"]));
    }
}
