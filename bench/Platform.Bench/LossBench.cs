using System.Diagnostics;
using Sure.RiskService.LossModel;
using static Sure.Bench.CommandLine;
using static Sure.Bench.Rounds;

namespace Sure.Bench;

/// <summary>Scenarios per second of the loss engine beside a plain loop and NumPy, in turns; all must find the same figures.</summary>
internal static class LossBench
{
    private const double NumPyGoal = 8;
    private const double SecondsPerMillionGoal = 1;
    private const double ScalingGoal = 1.8;

    /// <summary>The goal of scaling is one for so many threads, however many cores there are.</summary>
    private const int ScalingThreads = 2;

    /// <summary>Two simulations whose figures are further apart than this many combined standard errors are not of the same model.</summary>
    private const double Agreement = 4;

    public static int Run(string[] options)
    {
        var rounds = Option(options, "--rounds", 5);
        var scenarios = Option(options, "--scenarios", 1_000_000);
        if (NumPyLosses.Find() is not var (python, versions))
        {
            Console.Error.WriteLine("The baseline needs Python with NumPy and there is none: apt-get install python3-numpy.");
            return 1;
        }

        // The engine's threads step back for others; on a busy machine the baselines would otherwise be favoured. Threads and processes inherit it.
        using var self = Process.GetCurrentProcess();
        self.PriorityClass = ProcessPriorityClass.BelowNormal;

        var cores = Environment.ProcessorCount;
        var book = LossBook.Of(new LossModelOptions());
        int[] threads = [.. new[] { 1, Math.Min(ScalingThreads, cores), cores }.Distinct()];
        (string Name, Func<int, LossRun> Simulate)[] contestants =
        [
            .. threads.Select(t => (NameOf(t), (Func<int, LossRun>)(round => Engine(scenarios, round, t)))),
            ("plain loop, double", round => LossRun.Of(() => ScalarLosses.Simulate(book, scenarios, seed: round))),
            ("NumPy float64", round => NumPyLosses.Simulate(python, book, scenarios, seed: round)),
        ];
        Console.WriteLine($"{LossBook.Groups.Count} trigger groups, {scenarios} scenarios, {LossBook.HorizonDays} days; {cores} cores, {versions}");

        // What is compiled on the way is not what is measured.
        for (var i = 0; i < 3; i++)
            Engine(scenarios, round: 0, cores);
        ScalarLosses.Simulate(book, scenarios / 10, seed: 0);

        var runs = contestants.Select(_ => new List<LossRun>()).ToList();
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var (contestant, found) in contestants.Zip(runs))
                found.Add(contestant.Simulate(round));
            Console.WriteLine($"round {round}: {string.Join("  ", runs.Select(r => $"{r[^1].Seconds:F2} s"))}");
        }

        Console.WriteLine($"\n{"median (least … greatest)",-26} {"scenarios/s",-32} {"CPU s",6}   expected loss, VaR 99, CVaR 99: mean of the rounds ± standard error");
        var pooled = runs.Select(Pool).ToList();
        for (var i = 0; i < runs.Count; i++)
        {
            var rates = runs[i].Select(r => scenarios / r.Seconds).ToList();
            Console.WriteLine(
                $"{contestants[i].Name,-26} {$"{Median(rates):N0} ({rates.Min():N0} … {rates.Max():N0})",-32} {Median(runs[i].Select(r => r.CpuSeconds)),6:F2}   {string.Join("  ", pooled[i].Select(e => $"{e.Value:N0} ± {e.StandardError:N0}"))}");
        }

        var (one, plain, numPy) = (runs[0], runs[^2], runs[^1]);
        Console.WriteLine();
        Console.WriteLine($"one thread is {Ratio(plain, one, r => r.Seconds)} × the plain loop, {Ratio(plain, one, r => r.CpuSeconds)} × by processor time");
        Goal($"one thread is {Ratio(numPy, one, r => r.Seconds)} × NumPy, {Ratio(numPy, one, r => r.CpuSeconds)} × by processor time", NumPyGoal, Median(Ratios(numPy, one, r => r.Seconds)) >= NumPyGoal);
        if (Array.IndexOf(threads, ScalingThreads) is > 0 and var at)
        {
            Goal($"{ScalingThreads} threads are {Ratio(one, runs[at], r => r.Seconds)} × one", ScalingGoal, Median(Ratios(one, runs[at], r => r.Seconds)) >= ScalingGoal);
        }

        foreach (var (count, found) in threads.Zip(runs))
        {
            var seconds = Median(found.Select(r => r.Seconds)) * 1_000_000 / scenarios;
            Goal($"a million scenarios, {NameOf(count)}: {seconds:F2} s", SecondsPerMillionGoal, seconds <= SecondsPerMillionGoal);
        }

        return Agree([.. contestants.Select(c => c.Name)], pooled) ? 0 : 1;

        static string NameOf(int threads) => $"engine, {threads} thread{(threads == 1 ? "" : "s")}";
    }

    private static LossRun Engine(int scenarios, int round, int threads) => LossRun.Of(() =>
    {
        // The rounds are independent samples.
        var options = new LossModelOptions { Scenarios = scenarios };
        options.Seed += (ulong)round;
        var found = LossEngine.Simulate(LossBook.Groups, LossBook.HorizonDays, LossBook.Capital, options, threads);
        return (found.ExpectedLoss, found.Var99, found.Cvar99);
    });

    private static bool Agree(string[] names, List<Estimate[]> pooled)
    {
        var furthest = 0.0;
        for (var one = 0; one < names.Length; one++)
        {
            for (var other = one + 1; other < names.Length; other++)
            {
                // The engine's two are the same figures.
                var distance = pooled[one].Zip(pooled[other], (a, b) => Math.Abs(a.Value - b.Value) / double.Hypot(a.StandardError, b.StandardError)).Max();
                furthest = Math.Max(furthest, distance);
                if (distance > Agreement)
                    Console.Error.WriteLine($"{names[one]} and {names[other]} are {distance:F1} standard errors apart: they are not of the same model.");
            }
        }

        Console.WriteLine($"figures are at most {furthest:F1} combined standard errors apart; {Agreement:F0} are allowed");
        return furthest <= Agreement;
    }

    /// <summary>Expected loss, VaR 99 and CVaR 99: the means of independent rounds.</summary>
    private static Estimate[] Pool(List<LossRun> rounds)
    {
        return [Mean(r => r.ExpectedLoss), Mean(r => r.Var99), Mean(r => r.Cvar99)];

        Estimate Mean(Func<LossRun, Estimate> figure) => new(
            rounds.Average(r => figure(r).Value), Math.Sqrt(rounds.Sum(r => Math.Pow(figure(r).StandardError, 2))) / rounds.Count);
    }

    private static IEnumerable<double> Ratios(List<LossRun> slow, List<LossRun> fast, Func<LossRun, double> time) =>
        slow.Zip(fast, (s, f) => time(s) / time(f));

    private static string Ratio(List<LossRun> slow, List<LossRun> fast, Func<LossRun, double> time)
    {
        var ratios = Ratios(slow, fast, time).ToList();
        return $"{Median(ratios):F2} ({ratios.Min():F2} … {ratios.Max():F2})";
    }

    private static void Goal(string found, double goal, bool reached) =>
        Console.WriteLine($"{found}; goal {goal:0.##}: {(reached ? "reached" : "missed")}");
}
