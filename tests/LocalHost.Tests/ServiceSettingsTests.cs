using System.Security.Cryptography;
using Npgsql;

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
            [
                "ASPNETCORE_ENVIRONMENT", "ASPNETCORE_URLS", "ConnectionStrings__messaging", "ConnectionStrings__platform", "DOTNET_TC_CallCountingDelayMs",
                "DOTNET_TieredPGO",
                "Identity__Key", "Identity__Peers__gateway", "Identity__Peers__quoteservice", "Identity__Peers__realtimeservice",
                "Identity__Peers__riskservice", "Identity__Peers__utilizationservice", "services__gateway__http__0",
            ],
            told.Keys.Order(StringComparer.Ordinal));
        Assert.Equal($"http://127.0.0.1:{addresses.Port("bridgeservice")}", told["ASPNETCORE_URLS"]);
        Assert.Equal($"http://127.0.0.1:{addresses.Port("gateway")}", told["services__gateway__http__0"]);
        Assert.Equal("Development", told["ASPNETCORE_ENVIRONMENT"]);
    }

    /// <summary>Five services have a database, with two instances of each but the gateway nine, with sixteen of each eighty.</summary>
    [Theory]
    [InlineData(1, 1, 76)]
    [InlineData(2, 1, 42)]
    [InlineData(16, 16, 4)]
    public void All_instances_together_take_no_more_connections_than_the_database_has_for_them(int instances, int gateways, int each)
    {
        var (settings, _) = Settings([.. PlatformGraph.Services.Select(s => ($"Platform__Replicas__{s.Project}", $"{(s.Name == "gateway" ? gateways : instances)}"))]);

        var pools = PlatformGraph.Services
            .SelectMany(s => Enumerable.Range(0, s.Name == "gateway" ? gateways : instances).Select(i => settings.For(s, i)))
            .Where(told => told.ContainsKey("ConnectionStrings__platform"))
            .Select(told => new NpgsqlConnectionStringBuilder(told["ConnectionStrings__platform"]).MaxPoolSize)
            .ToList();

        Assert.All(pools, size => Assert.Equal(each, size));
        Assert.InRange(pools.Sum(), 1, 380);
    }

    [Fact]
    public void Connection_strings_name_the_role_of_the_service_and_its_password()
    {
        var (settings, addresses) = Settings();

        var told = settings.For(PlatformGraph.Find("quoteservice"), 0);

        Assert.Equal(
            $"Host=127.0.0.1;Port={addresses.Port("postgres")};Username=quoteservice;Password={addresses.Password("quoteservice")};Database=platform;Maximum Pool Size=76",
            told["ConnectionStrings__platform"]);
        Assert.Equal($"127.0.0.1:{addresses.Port("cache")},password={addresses.Password("cache")}", told["ConnectionStrings__cache"]);
        Assert.Equal($"amqp://sure:{addresses.Password("messaging")}@127.0.0.1:{addresses.Port("messaging")}", told["ConnectionStrings__messaging"]);
    }

    [Fact]
    public void Each_service_has_a_key_of_its_own_and_those_it_calls_know_the_public_half()
    {
        var (settings, _) = Settings();
        var risk = settings.For(PlatformGraph.Find("riskservice"), 0);
        var bridges = settings.For(PlatformGraph.Find("bridgeservice"), 0);

        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(Convert.FromBase64String(risk["Identity__Key"]), out _);
        using var known = ECDsa.Create();
        known.ImportSubjectPublicKeyInfo(Convert.FromBase64String(bridges["Identity__Peers__riskservice"]), out _);

        Assert.True(known.VerifyData((byte[])[1, 2, 3], key.SignData((byte[])[1, 2, 3], HashAlgorithmName.SHA256), HashAlgorithmName.SHA256));
        Assert.Equal(PlatformGraph.Services.Count, PlatformGraph.Services.Select(s => settings.For(s, 0)["Identity__Key"]).Distinct().Count());
        Assert.DoesNotContain("Identity__Peers__bridgeservice", risk.Keys);
        Assert.Equal(risk["Identity__Key"], settings.For(PlatformGraph.Find("riskservice"), 0)["Identity__Key"]);
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

    [Fact]
    public void Every_gateway_has_a_public_port_of_its_own_and_one_of_them_makes_the_key()
    {
        var (settings, _) = Settings(("Platform__Replicas__Gateway", "2"));
        var gateway = PlatformGraph.Find("gateway");

        Assert.Equal(["8080", "8081"], new[] { 0, 1 }.Select(i => settings.For(gateway, i)["Gateway__Port"]));
        Assert.NotEqual(settings.For(gateway, 0)["ASPNETCORE_URLS"], settings.For(gateway, 1)["ASPNETCORE_URLS"]);
        Assert.DoesNotContain("Platform__DevelopmentKeyFile", settings.For(gateway, 1).Keys);
    }

    [Fact]
    public void Services_take_the_detour_to_a_server_that_listens_where_it_always_does()
    {
        var (settings, addresses) = Settings(("PLATFORM__DETOURS__POSTGRES", "23001"), ("Platform__Detours__messaging", "23002"));

        var told = settings.For(PlatformGraph.Find("quoteservice"), 0);

        Assert.Contains(";Port=23001;", $";{told["ConnectionStrings__platform"]};", StringComparison.Ordinal);
        Assert.EndsWith(":23002", told["ConnectionStrings__messaging"], StringComparison.Ordinal);
        Assert.StartsWith($"127.0.0.1:{addresses.Port("cache")},", told["ConnectionStrings__cache"], StringComparison.Ordinal);
        Assert.NotEqual(23001, addresses.Port("postgres"));
    }

    [Theory]
    [InlineData("Platform__Detours__platform", "23001", "names no server")]
    [InlineData("Platform__Detours__cache", "0", "must be 1")]
    [InlineData("Platform__Detours__cache", "there", "must be 1")]
    public void Senseless_detours_are_refused_in_words(string name, string value, string words)
    {
        Assert.Contains(words, Assert.Throws<StartException>(() => new Detours(Environment((name, value)))).Message, StringComparison.Ordinal);
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

    [Fact]
    public void The_last_of_the_gateways_has_a_port_too()
    {
        using var gateway = new PublicGateway(Environment(("Gateway__Port", "65534")), instances: 2);

        Assert.Equal([65534, 65535], gateway.Addresses.Select(a => a.Port));
        Assert.Contains("65534", Assert.Throws<StartException>(() => new PublicGateway(Environment(("Gateway__Port", "65535")), instances: 2)).Message, StringComparison.Ordinal);
    }

    private (ServiceSettings Settings, PlatformAddresses Addresses) Settings(params (string, string)[] environment) =>
        Settings(demonstration: true, environment);

    private (ServiceSettings Settings, PlatformAddresses Addresses) Settings(bool demonstration, params (string, string)[] environment)
    {
        var ports = new PortBook(new Dictionary<string, int>(), _ => true, _data.Seed);
        var addresses = new PlatformAddresses(ports, Secrets.Load(_data.SecretsFile), new Replicas(Environment(environment)), new Detours(Environment(environment)));
        return (new ServiceSettings(addresses, _data, demonstration, 8080), addresses);
    }

    private static Dictionary<string, string> Environment(params (string Name, string Value)[] variables) =>
        variables.ToDictionary(v => v.Name, v => v.Value);
}
