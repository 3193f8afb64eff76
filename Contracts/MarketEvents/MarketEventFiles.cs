using System.Globalization;
using System.Text.Json;
using Sure.Contracts.Json;

namespace Sure.Contracts.MarketEvents;

/// <summary>
/// Reads the catalogue <c>events.json</c> and, of each event, <c>{name}.csv</c>, which are part of this assembly:
/// <code>
/// observed_at,price
/// 1678505351,0.96874705
/// </code>
/// </summary>
internal static class MarketEventFiles
{
    public static IReadOnlyList<MarketEvent> ReadEvents()
    {
        using var stream = Open("events.json");
        return JsonSerializer.Deserialize<List<MarketEvent>>(stream, SureJson.Internal)!;
    }

    public static IReadOnlyList<RecordedPrice> ReadPrices(string name)
    {
        using var reader = new StreamReader(Open($"{name}.csv"));
        return
        [
            .. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(',')).Select(fields => new RecordedPrice(
                UnixSecondsConverter.FromSeconds(decimal.Parse(fields[0], CultureInfo.InvariantCulture)), decimal.Parse(fields[1], CultureInfo.InvariantCulture))),
        ];
    }

    private static Stream Open(string file) =>
        typeof(MarketEventFiles).Assembly.GetManifestResourceStream($"Sure.Contracts.MarketEvents.{file}")
        ?? throw new InvalidOperationException($"{file} is not part of this build.");
}
