using Sure.ApiDocument;
using Sure.BridgeService;
using Sure.Gateway;
using Sure.Gateway.Description;
using Sure.QuoteService;
using Sure.RiskService;
using Sure.ServiceDefaults.Health;
using Sure.UtilizationService;

// Writes the description of the API as the gateway serves it; no server has to run.
if (args is not [var file])
{
    Console.Error.WriteLine("Name the file to write, for example Dashboard/openapi/v2.json.");
    return 1;
}

var document = DocumentMerge.Merge(
    [
        ("", await DescribedService.DescribeAsync("Gateway", b => b.AddGateway(), a => a.MapGateway())),
        ("bridgeservice", await DescribedService.DescribeAsync("BridgeService", b => b.AddBridgeService(), a => a.MapBridgeService())),
        ("quoteservice", await DescribedService.DescribeAsync("QuoteService", b => b.AddQuoteService(), a => a.MapQuoteService())),
        ("riskservice", await DescribedService.DescribeAsync("RiskService", b => b.AddRiskService(), a => a.MapRiskService())),
        ("utilizationservice", await DescribedService.DescribeAsync("UtilizationService", b => b.AddUtilizationService(), a => a.MapUtilizationService())),
    ],
    PlatformHealth.Version);
Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
await File.WriteAllTextAsync(file, DocumentMerge.Write(document));
return 0;
