using System.Collections;
using System.Runtime.InteropServices;
using Sure.LocalHost;
using Sure.LocalHost.Output;
using Sure.LocalHost.Processes;

var console = ConsoleLog.OnStandardOutput();
var folder = AppContext.BaseDirectory;
using var stopping = new CancellationTokenSource();
LocalPlatform? platform = null;
var asked = 0;
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Stop);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
try
{
    var options = LocalHostOptions.Parse(args);
    if (options.Help)
    {
        Console.Write(Scripts.Read("usage.txt"));
        return 0;
    }

    var root = RepositoryRoot.Find(AppContext.BaseDirectory);
    folder = options.DataFolder ?? Path.Combine(root, ".data");
    var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal);
    platform = new LocalPlatform(options, root, environment, console, TimeProvider.System);
    await platform.RunAsync(stopping.Token);
    return 0;
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    return 0;
}
catch (Exception exception) when (StartException.SentenceFor(exception, folder) is { } sentence)
{
    console.Fail(sentence);
    return 1;
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    if (Interlocked.Increment(ref asked) == 1)
    {
        stopping.Cancel();
    }
    else
    {
        platform?.Kill();
    }
}
