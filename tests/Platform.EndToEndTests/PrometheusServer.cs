using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sure.TestServers;

namespace Sure.EndToEndTests;

/// <summary>A real Prometheus that scrapes the running platform every second, with the rules of <c>deploy/prometheus</c>.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private readonly string _folder;
    private readonly Process _process;
    private readonly HttpClient _client;

    private PrometheusServer(string folder, Process process, Uri address)
    {
        _folder = folder;
        _process = process;
        _client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(90) };
    }

    /// <summary>Starts it.</summary>
    /// <param name="targets">What it scrapes.</param>
    /// <param name="rules">Its rule files.</param>
    /// <exception cref="InvalidOperationException">It is not installed; the message says how to install it.</exception>
    public static PrometheusServer Start(IEnumerable<(string Service, int Port)> targets, params string[] rules)
    {
        const string program = "/usr/bin/prometheus";
        if (!File.Exists(program))
        {
            throw new InvalidOperationException("prometheus is not installed: apt-get install -y --no-install-recommends prometheus");
        }

        var folder = Directory.CreateTempSubdirectory("sure-prometheus-").FullName;
        var configuration = Path.Combine(folder, "prometheus.yml");
        // JSON is YAML.
        File.WriteAllText(configuration, JsonSerializer.Serialize(new
        {
            global = new { scrape_interval = "1s", evaluation_interval = "1s" },
            rule_files = rules,
            scrape_configs = new[]
            {
                new
                {
                    // As a PodMonitor names it: no rule and no dashboard may go by it.
                    job_name = "monitoring/sure",
                    static_configs = targets.Select(t => new { targets = new[] { $"127.0.0.1:{t.Port}" }, labels = new { service = t.Service } }),
                },
            },
        }));
        var address = new Uri($"http://127.0.0.1:{FreePorts.One()}");
        var process = Process.Start(new ProcessStartInfo("/bin/sh",
            [
                "-c", "exec \"$0\" \"$@\" >\"$PROMETHEUS_LOG\" 2>&1", program,
                $"--config.file={configuration}", $"--storage.tsdb.path={Path.Combine(folder, "data")}", $"--web.listen-address={address.Authority}",
            ])
        {
            WorkingDirectory = folder,
            Environment = { ["PROMETHEUS_LOG"] = Path.Combine(folder, "log") },
        })!;
        return new PrometheusServer(folder, process, address);
    }

    /// <summary>What it answers to a query now; throws where it is no query.</summary>
    public async Task<IReadOnlyList<JsonNode>> QueryAsync(string expression)
    {
        if (_process.HasExited)
        {
            throw new InvalidOperationException($"Prometheus has ended:{Environment.NewLine}{await File.ReadAllTextAsync(Path.Combine(_folder, "log"))}");
        }

        using var response = await _client.GetAsync(
            new Uri($"/api/v1/query?query={Uri.EscapeDataString(expression)}", UriKind.Relative), TestContext.Current.CancellationToken);
        if (response.StatusCode is System.Net.HttpStatusCode.ServiceUnavailable)
        {
            throw new HttpRequestException("Prometheus is starting.");
        }

        var answer = await response.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken);
        Assert.True((string?)answer!["status"] == "success", $"{expression}: {answer}");
        return [.. answer["data"]!["result"]!.AsArray().Select(r => r!)];
    }

    /// <summary>The value of a query that has one.</summary>
    public async Task<double?> ValueAsync(string expression) => await QueryAsync(expression) is [var only]
        ? double.Parse((string)only["value"]![1]!, CultureInfo.InvariantCulture)
        : null;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
