using Sure.Bench;

return args switch
{
    ["binding", .. var options] => await BindingBench.RunAsync(options),
    ["losses", .. var options] => LossBench.Run(options),
    ["exposure", .. var options] => await ExposureBench.RunAsync(options),
    ["ingestion", .. var options] => await IngestionBench.RunAsync(options),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("dotnet run -c Release --project bench/Platform.Bench -- binding [--rounds 5] [--policies 2048] [--connections 64] [--fsync on|off]");
    Console.Error.WriteLine("dotnet run -c Release --project bench/Platform.Bench -- losses [--rounds 5] [--scenarios 1000000]");
    Console.Error.WriteLine("dotnet run -c Release --project bench/Platform.Bench -- exposure [--rounds 3] [--seconds 15] [--rate 100]");
    Console.Error.WriteLine("dotnet run -c Release --project bench/Platform.Bench -- ingestion [--rounds 3] [--seconds 60] [--batches 200] [--connections 8]");
    return 2;
}
