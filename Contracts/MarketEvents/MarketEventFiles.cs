using System.Globalization;
using System.Text.Json;
using Sure.Contracts.Json;

namespace Sure.Contracts.MarketEvents;

/// <summary>
/// Reads the catalogues <c>events.json</c> and <c>bridge-events.json</c> and, of each event of the first, <c>{name}.csv</c>, which are part of
/// this assembly:
/// <code>
/// observed_at,price
/// 1678505351,0.96874705
/// </code>
/// </summary>
internal static class MarketEventFiles
{
    public static IReadOnlyList<MarketEvent> ReadEvents() => ReadCatalogue<MarketEvent>("events.json");

    public static IReadOnlyList<BridgeEvent> ReadBridgeEvents() => ReadCatalogue<BridgeEvent>("bridge-events.json");

    public static IReadOnlyList<RecordedPrice> ReadPrices(string name)
    {
        using var reader = new StreamReader(Open($"{name}.csv"));
        return
        [
            .. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(',')).Select(fields => new RecordedPrice(
                UnixSecondsConverter.FromSeconds(decimal.Parse(fields[0], CultureInfo.InvariantCulture)), decimal.Parse(fields[1], CultureInfo.InvariantCulture))),
        ];
    }

    private static List<T> ReadCatalogue<T>(string file)
    {
        using var stream = Open(file);
        return JsonSerializer.Deserialize<List<T>>(stream, SureJson.Internal)!;
    }

    private static Stream Open(string file) =>
        typeof(MarketEventFiles).Assembly.GetManifestResourceStream($"Sure.Contracts.MarketEvents.{file}")
        ?? throw new InvalidOperationException($"{file} is not part of this build.");
}
