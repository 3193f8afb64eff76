using Sure.Bench;
using Sure.Bench.Fanout;
using Sure.Bench.Quotes;

return args switch
{
    ["binding", .. var options] => await BindingBench.RunAsync(options),
    ["losses", .. var options] => LossBench.Run(options),
    ["exposure", .. var options] => await ExposureBench.RunAsync(options),
    ["ingestion", .. var options] => await IngestionBench.RunAsync(options),
    ["fanout", .. var options] => await FanoutBench.RunAsync(options),
    ["idle", .. var options] => await IdleBench.RunAsync(options),
    ["stalled", .. var options] => await StalledBench.RunAsync(options),
    ["soak", .. var options] => await SoakBench.RunAsync(options),
    ["quotes", .. var options] => await QuoteBench.RunAsync(options),
    ["peer", QuotePeers.Plaintext, var port] => await QuotePeers.RunPlaintextAsync(port),
    ["peer", QuotePeers.Proxy, var port, var destination] => await QuotePeers.RunProxyAsync(port, destination),
    ["peer", var peer, var port] => await DotNetPeers.RunAsync(peer, port),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("dotnet run -c Release --project bench/Platform.Bench -- binding [--rounds 5] [--policies 2048] [--connections 64] [--fsync on|off]");
    Console.Error.WriteLine("dotnet run -c Release --project bench/Platform.Bench -- losses [--rounds 5] [--scenarios 1000000]");
    Console.Error.WriteLine("dotnet run -c Release --project bench/Platform.Bench -- exposure [--rounds 5] [--seconds 15] [--rate 100]");
    Console.Error.WriteLine("dotnet run -c Release --project bench/Platform.Bench -- ingestion [--rounds 5] [--seconds 60] [--batches 200] [--connections 8]");
    Console.Error.WriteLine("dotnet run -c Release --project bench/Platform.Bench -- fanout [--rounds 5] [--clients 100,1000,5000]");
    Console.Error.WriteLine("dotnet run -c Release --project bench/Platform.Bench -- idle [--rounds 5] [--clients 10000]");
    Console.Error.WriteLine("dotnet run -c Release --project bench/Platform.Bench -- stalled [--rounds 5] [--clients 2000] [--messages 100]");
    Console.Error.WriteLine("dotnet run -c Release --project bench/Platform.Bench -- soak [--clients 5000] [--slow-each 100] [--rate 20] [--seconds 120] [--gateway on|off]");
    Console.Error.WriteLine("dotnet run -c Release --project bench/Platform.Bench -- quotes [--rounds 5] [--seconds 6] [--connections 64] [--rate 500] [--warmup 20]");
    return 2;
}
