namespace Sure.LocalHost.Tests;

public sealed class ServiceSettingsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sure-test-").FullName;
    private readonly DataFolder _data;

    public ServiceSettingsTests() => _data = DataFolder.Open(_folder);

    public void Dispose()
    {
        _data.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_service_gets_the_addresses_of_what_it_refers_to_and_of_nothing_else()
    {
        var (settings, addresses) = Settings();

        var told = settings.For(PlatformGraph.Find("bridgeservice"), 0);

        Assert.Equal(
            ["ASPNETCORE_ENVIRONMENT", "ASPNETCORE_URLS", "ConnectionStrings__messaging", "ConnectionStrings__platform", "services__gateway__http__0"],
            told.Keys.Order(StringComparer.Ordinal));
        Assert.Equal($"http://127.0.0.1:{addresses.Port("bridgeservice")}", told["ASPNETCORE_URLS"]);
        Assert.Equal($"http://127.0.0.1:{addresses.Port("gateway")}", told["services__gateway__http__0"]);
        Assert.Equal("Development", told["ASPNETCORE_ENVIRONMENT"]);
    }

    [Fact]
    public void Connection_strings_name_the_role_of_the_service_and_its_password()
    {
        var (settings, addresses) = Settings();

        var told = settings.For(PlatformGraph.Find("quoteservice"), 0);

        Assert.Equal(
            $"Host=127.0.0.1;Port={addresses.Port("postgres")};Username=quoteservice;Password={addresses.Password("quoteservice")};Database=platform",
            told["ConnectionStrings__platform"]);
        Assert.Equal($"127.0.0.1:{addresses.Port("cache")},password={addresses.Password("cache")}", told["ConnectionStrings__cache"]);
        Assert.Equal($"amqp://sure:{addresses.Password("messaging")}@127.0.0.1:{addresses.Port("messaging")}", told["ConnectionStrings__messaging"]);
    }

    [Fact]
    public void Passwords_differ_are_kept_and_only_the_owner_can_read_them()
    {
        var (_, addresses) = Settings();
        var names = PlatformGraph.Services.Select(s => s.Name).Append("cache").ToList();

        var passwords = names.Select(addresses.Password).ToList();

        Assert.Equal(passwords.Count, passwords.Distinct().Count());
        Assert.Equal(passwords, names.Select(Secrets.Load(_data.SecretsFile).For));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_data.SecretsFile));
    }

    [Fact]
    public void Every_instance_has_an_address_and_others_get_all_of_them()
    {
        var (settings, addresses) = Settings(("Platform__Replicas__RiskService", "2"));
        var risk = PlatformGraph.Find("riskservice");

        var told = settings.For(PlatformGraph.Find("realtimeservice"), 0);

        Assert.Equal(2, addresses.InstancesOf(risk).Distinct().Count());
        Assert.Equal(settings.For(risk, 0)["ASPNETCORE_URLS"], told["services__riskservice__http__0"]);
        Assert.Equal(settings.For(risk, 1)["ASPNETCORE_URLS"], told["services__riskservice__http__1"]);
        Assert.Equal("riskservice.2", PlatformAddresses.InstanceName(risk, 1));
    }

    [Theory]
    [InlineData(true, "demonstration")]
    [InlineData(false, "live")]
    public void The_gateway_learns_where_the_key_is_and_what_the_data_is(bool demonstration, string word)
    {
        var (settings, _) = Settings(demonstration);

        var told = settings.For(PlatformGraph.Find("gateway"), 0);

        Assert.Equal(word, told["Platform__Data"]);
        Assert.Equal(_data.DevelopmentKeyFile, told["Platform__DevelopmentKeyFile"]);
    }

    [Theory]
    [InlineData("Platform__Replicas__RiskServices", "2", "names no service")]
    [InlineData("Platform__Replicas__RiskService", "0", "must be 1")]
    [InlineData("Platform__Replicas__RiskService", "two", "must be 1")]
    [InlineData("Platform__Replicas__Gateway", "2", "must be 1")]
    public void Senseless_replicas_are_refused_in_words(string name, string value, string words)
    {
        Assert.Contains(words, Assert.Throws<StartException>(() => new Replicas(Environment((name, value)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_public_port_is_8080_unless_said_otherwise_and_a_port()
    {
        Assert.Equal(8080, ServiceSettings.PublicPort(Environment()));
        Assert.Equal(8081, ServiceSettings.PublicPort(Environment(("GATEWAY__PORT", "8081"))));
        Assert.Throws<StartException>(() => ServiceSettings.PublicPort(Environment(("Gateway__Port", "80800"))));
    }

    private (ServiceSettings Settings, PlatformAddresses Addresses) Settings(params (string, string)[] environment) =>
        Settings(demonstration: true, environment);

    private (ServiceSettings Settings, PlatformAddresses Addresses) Settings(bool demonstration, params (string, string)[] environment)
    {
        var ports = new PortBook(new Dictionary<string, int>(), _ => true, _data.Seed);
        var addresses = new PlatformAddresses(ports, Secrets.Load(_data.SecretsFile), new Replicas(Environment(environment)));
        return (new ServiceSettings(addresses, _data, demonstration), addresses);
    }

    private static Dictionary<string, string> Environment(params (string Name, string Value)[] variables) =>
        variables.ToDictionary(v => v.Name, v => v.Value);
}
