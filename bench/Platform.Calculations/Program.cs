using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using Sure.Bench.Calculations;

// In this process: what is measured is built as it is shipped, by this solution's settings, and not anew by others.
var job = Job.Default.WithToolchain(InProcessNoEmitToolchain.Instance);
var settings = DefaultConfig.Instance.AddJob(job).AddDiagnoser(MemoryDiagnoser.Default)
    .WithArtifactsPath(Path.Combine(AppContext.BaseDirectory, "results"));
BenchmarkSwitcher.FromAssembly(typeof(PriceBenchmarks).Assembly).Run(args.Length > 0 ? args : ["--filter", "*"], settings);
