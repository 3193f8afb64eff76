using System.Net;

namespace Sure.EndToEndTests;

public sealed class QuoteTests(RunningPlatform platform)
{
    private const string Path = "/api/v2/quote/multi-dimensional";

    [Fact]
    public async Task The_worked_example_costs_19_73()
    {
        var quote = await platform.Anonymous.BindableQuoteAsync(Api.Quote("depeg", "Ethereum", "USDC"));

        // 10 000 × 0.008 × 90 / 365 = 19.726…
        Assert.Equal(HttpStatusCode.OK, quote.Status);
        Assert.Equal(19.73m, (decimal)quote["premium"]);
        Assert.Equal("0x8f2e7ac6ea8a786f67e9d488138bdf6bfaac0545bf00a1401ca7ba36d8829918", (string?)quote["product_hash"]);
        Assert.Equal(0.008m, (decimal)quote["breakdown"]!["total_rate"]!);
        Assert.Equal(0.97m, (decimal)quote["breakdown"]!["terms"]!["trigger_price"]!);
        Assert.True((bool)quote["bindable"]);
        Assert.Equal(300m, (decimal)quote["expires_at"] - (decimal)quote["timestamp"]);
    }

    [Fact]
    public async Task A_quote_can_be_read_while_it_lives()
    {
        var quote = await platform.Anonymous.BindableQuoteAsync(Api.Quote("bridge", "Solana", "PYUSD"));
        var again = await platform.Anonymous.GetJsonAsync($"/api/v2/quotes/{quote["quote_id"]}");

        Assert.Equal(HttpStatusCode.OK, again.Status);
        Assert.Equal((decimal)quote["premium"], (decimal)again["premium"]);
        Assert.Equal(HttpStatusCode.NotFound, (await platform.Anonymous.GetJsonAsync("/api/v2/quotes/01890a5d-ac96-774b-bcce-b302099a8057")).Status);
    }

    [Fact]
    public async Task All_560_products_quote_and_the_70_others_say_why_not()
    {
        var offered = (await platform.Anonymous.GetJsonAsync("/api/v2/products"))["products"].AsArray();
        var others = (await platform.Anonymous.GetJsonAsync("/api/v2/products?offered=false"))["products"].AsArray();
        Assert.Equal(560, offered.Count);
        Assert.Equal(70, others.Count);

        foreach (var product in offered)
        {
            var answer = await platform.Operator.PostJsonAsync(Path, Api.Quote((string)product!["coverage_type"]!, (string)product["chain"]!, (string)product["stablecoin"]!));
            Assert.True(answer.Status == HttpStatusCode.OK, $"{product["coverage_type"]} {product["chain"]} {product["stablecoin"]}: {answer}");
            Assert.Equal((string?)product["product_hash"], (string?)answer["product_hash"]);
        }

        foreach (var product in others)
        {
            var answer = await platform.Operator.PostJsonAsync(Path, Api.Quote((string)product!["coverage_type"]!, (string)product["chain"]!, (string)product["stablecoin"]!));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
            Assert.Contains((string)product["reason"]!, (string)answer["error"]!, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{", 400, null)]
    [InlineData("[]", 400, null)]
    [InlineData("""{"chain":"Ethereum","stablecoin":"USDC","coverage_amount":10000,"duration_days":90}""", 400, "coverage_type")]
    [InlineData("""{"coverage_type":"fire","chain":"Ethereum","stablecoin":"USDC","coverage_amount":10000,"duration_days":90}""", 400, "coverage_type")]
    [InlineData("""{"coverage_type":"depeg","chain":"Mars","stablecoin":"USDC","coverage_amount":10000,"duration_days":90}""", 400, "chain")]
    [InlineData("""{"coverage_type":"depeg","chain":1,"stablecoin":"USDC","coverage_amount":10000,"duration_days":90}""", 400, "chain")]
    [InlineData("""{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDX","coverage_amount":10000,"duration_days":90}""", 400, "stablecoin")]
    [InlineData("""{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDC","coverage_amount":"10000","duration_days":90}""", 400, "coverage_amount")]
    [InlineData("""{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDC","coverage_amount":null,"duration_days":90}""", 400, "coverage_amount")]
    [InlineData("""{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDC","coverage_amount":10000,"duration_days":1.5}""", 400, "duration_days")]
    [InlineData("""{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDC","coverage_amount":10000,"duration_days":90,"colour":"red"}""", 400, "colour")]
    [InlineData("""{"coverage_type":"depeg","chain":"Ethereum","chain":"Base","stablecoin":"USDC","coverage_amount":10000,"duration_days":90}""", 400, "chain")]
    [InlineData("""{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDC","coverage_amount":1e400,"duration_days":90}""", 400, "coverage_amount")]
    [InlineData("""{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDC","coverage_amount":99.99,"duration_days":90}""", 422, "coverage_amount")]
    [InlineData("""{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDC","coverage_amount":10000000.01,"duration_days":90}""", 422, "coverage_amount")]
    [InlineData("""{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDC","coverage_amount":100.001,"duration_days":90}""", 422, "coverage_amount")]
    [InlineData("""{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDC","coverage_amount":10000,"duration_days":0}""", 422, "duration_days")]
    [InlineData("""{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDC","coverage_amount":10000,"duration_days":366}""", 422, "duration_days")]
    [InlineData("""{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDC","coverage_amount":10000,"duration_days":90,"trigger_price":0.995}""", 422, "trigger_price")]
    [InlineData("""{"coverage_type":"bridge","chain":"Ethereum","stablecoin":"USDC","coverage_amount":10000,"duration_days":90,"trigger_price":0.95}""", 422, "trigger_price")]
    public async Task Bad_input_gets_its_status_and_a_sentence_that_names_the_field(string body, int status, string? field)
    {
        var answer = await platform.Operator.PostTextAsync(Path, body);

        Assert.True(status == (int)answer.Status, answer.ToString());
        Assert.Equal("application/problem+json", answer.ContentType);
        Assert.StartsWith("urn:sure:problem:", (string)answer["type"]!, StringComparison.Ordinal);
        Assert.Equal(status, (int)answer["status"]);
        Assert.NotEmpty((string)answer["trace_id"]!);
        if (field is not null)
        {
            Assert.Contains(field, (string)answer["error"]!, StringComparison.Ordinal);
            Assert.NotNull(answer["errors"][field]);
        }
    }

    [Fact]
    public async Task What_is_no_json_or_too_much_or_the_wrong_method_is_refused()
    {
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await platform.Anonymous.PostTextAsync(Path, "a=b", "application/x-www-form-urlencoded")).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await platform.Anonymous.PostTextAsync(Path, $"{{\"chain\":\"{new string('x', 70_000)}\"}}")).Status);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await platform.Anonymous.GetJsonAsync(Path)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await platform.Anonymous.GetJsonAsync("/api/v2/nothing")).Status);
    }

    [Fact]
    public async Task A_request_of_a_batch_that_cannot_be_read_spoils_no_other()
    {
        const string Good = """{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDC","coverage_amount":10000,"duration_days":90}""";
        var bad = Good.Replace("Ethereum", "Mars", StringComparison.Ordinal);

        var alone = await platform.Operator.PostTextAsync(Path, bad);
        var answer = await platform.Operator.PostTextAsync("/api/v2/quote/batch", $$"""{"quotes":[{{Good}},{{bad}},null]}""");

        Assert.True(answer.Status == HttpStatusCode.OK, answer.ToString());
        var results = answer["results"].AsArray();
        Assert.Equal(19.73m, (decimal)results[0]!["quote"]!["premium"]!);
        Assert.Equal((400, (string?)alone["error"]), ((int)results[1]!["problem"]!["status"]!, (string?)results[1]!["problem"]!["error"]));
        Assert.Equal(400, (int)results[2]!["problem"]!["status"]!);
    }

    [Theory]
    [InlineData("/api/v2/claims/backtest", """{"coverage_type":"depeg","stablecoin":"USDC","observations":[null]}""", "observations")]
    [InlineData("/api/v2/observations", """{"observations":[null]}""", "observations")]
    public async Task A_list_does_not_hold_null(string path, string body, string field)
    {
        var refused = await platform.Operator.PostTextAsync(path, body);

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal($"{field} must not hold null.", (string?)refused["errors"][field]![0]);
    }
}
