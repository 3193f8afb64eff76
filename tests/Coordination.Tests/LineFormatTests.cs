using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Sure.ServiceDefaults.Telemetry;

namespace Sure.Coordination.Tests;

/// <summary>What a line of the log looks like, of every service.</summary>
public sealed class LineFormatTests
{
    [Fact]
    public void A_line_is_one_of_json_with_its_time_in_utc()
    {
        var line = LineOf(Environments.Production);

        Assert.Equal('\n', line[^1]);
        Assert.DoesNotContain('\n', line[..^1]);
        var read = JsonNode.Parse(line)!;
        Assert.Equal(("Warning", "A category", "It is said."), ((string?)read["LogLevel"], (string?)read["Category"], (string?)read["Message"]));
        Assert.Equal(TimeSpan.Zero, DateTimeOffset.Parse((string)read["Timestamp"]!, CultureInfo.InvariantCulture).Offset);
        // Here the machine's own time may be that, too.
        using var services = Services(Environments.Production);
        Assert.True(services.GetRequiredService<IOptions<JsonConsoleFormatterOptions>>().Value.UseUtcTimestamp);
    }

    [Theory]
    [InlineData("Development", null, "simple")]
    [InlineData("Development", "json", "json")]
    [InlineData("Production", "simple", "simple")]
    [InlineData("Production", "systemd", "systemd")]
    [InlineData("Staging", null, "json")]
    public void Whoever_develops_reads_lines_as_the_framework_writes_them_and_settings_win(string environment, string? setting, string expected)
    {
        using var services = Services(environment, ("Logging:Console:FormatterName", setting));

        Assert.Equal(expected, FormatterOf(services).Name);
    }

    [Fact]
    public void A_time_that_is_set_is_written_as_it_is_set()
    {
        var line = LineOf(Environments.Production, ("Logging:Console:FormatterOptions:TimestampFormat", "yyyy"));

        Assert.Equal(4, ((string?)JsonNode.Parse(line)!["Timestamp"])!.Length);
    }

    [Theory]
    [InlineData("TimestampFormat", "yyyy", true)]
    [InlineData("UseUtcTimestamp", "false", false)]
    public void The_time_is_in_utc_unless_that_is_set(string setting, string value, bool isUtc)
    {
        using var services = Services(Environments.Production, ($"Logging:Console:FormatterOptions:{setting}", value));

        Assert.Equal(isUtc, services.GetRequiredService<IOptions<JsonConsoleFormatterOptions>>().Value.UseUtcTimestamp);
    }

    private static string LineOf(string environment, params (string Key, string? Value)[] settings)
    {
        using var services = Services(environment, settings);
        using var output = new StringWriter();
        FormatterOf(services).Write(
            new LogEntry<string>(LogLevel.Warning, "A category", default, "It is said.", exception: null, (state, _) => state), scopeProvider: null, output);
        return output.ToString();
    }

    private static ServiceProvider Services(string environment, params (string Key, string? Value)[] settings)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = environment });
        builder.Configuration.AddInMemoryCollection(settings.Where(s => s.Value is not null).Select(s => KeyValuePair.Create(s.Key, s.Value)));
        builder.AddServiceDefaults();
        return builder.Services.BuildServiceProvider();
    }

    private static ConsoleFormatter FormatterOf(IServiceProvider services) =>
        BatchedConsole.Choose(services.GetServices<ConsoleFormatter>(), services.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value);
}
