using Sure.Bench;

return args switch
{
    ["binding", .. var options] => await BindingBench.RunAsync(options),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("dotnet run -c Release --project bench/Platform.Bench -- binding [--rounds 5] [--policies 2048] [--connections 64] [--fsync on|off]");
    return 2;
}
