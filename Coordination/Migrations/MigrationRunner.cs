using System.Data;
using System.Reflection;
using Dapper;
using DbUp;
using DbUp.Engine;
using DbUp.Engine.Output;
using DbUp.Postgresql;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Coordination.Partitions;

namespace Sure.Coordination.Migrations;

/// <summary>
/// Brings the schema of the service up to date at start: the scripts of this project, then the service's own
/// <c>Migrations/*.sql</c>, each once, then the partitions of the present, under an advisory lock so that instances starting together do
/// not collide. While PostgreSQL is away it keeps trying; a script that fails for itself ends the process. Everything that needs the
/// schema waits for <see cref="SchemaReady"/>.
/// </summary>
internal sealed partial class MigrationRunner(
    NpgsqlDataSource database,
    SchemaReady ready,
    ServiceIdentity service,
    PartitionKeeper partitions,
    IOptions<SchemaOptions> options,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<MigrationRunner> logger) : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>A script that moves the rows of a large table takes its time.</summary>
    private static readonly TimeSpan ScriptLimit = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await MigrateAsync(stoppingToken);
                if (options.Value.MigrateOnly)
                {
                    lifetime.StopApplication();
                }
                else
                {
                    ready.Signal();
                }

                return;
            }
            catch (Exception exception) when (MayPass(exception))
            {
                Log.WaitingForDatabase(logger, exception.Message);
                await Task.Delay(RetryDelay, time, stoppingToken);
            }
            catch (Exception) when (!stoppingToken.IsCancellationRequested)
            {
                // The host ends with what is thrown, but not by itself with a code that says so.
                Environment.ExitCode = 1;
                throw;
            }
        }
    }

    /// <summary>
    /// Whether it may be otherwise in a second: PostgreSQL is away, shuts down (class 57P), would not begin or has ended the connection
    /// (FATAL), or others held what a script needed.
    /// </summary>
    private static bool MayPass(Exception exception) => exception switch
    {
        PostgresException said => said.InvariantSeverity is "FATAL" or "PANIC" || said.IsTransient || said.SqlState.StartsWith("57P", StringComparison.Ordinal),
        NpgsqlException or TimeoutException or IOException => true,
        _ => false,
    };

    private async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var guard = await database.OpenConnectionAsync(cancellationToken);
        var schema = await guard.ExecuteScalarAsync<string>(new CommandDefinition(
            "SELECT current_schema() FROM pg_advisory_lock(hashtextextended(current_schema() || ':migrations', 0))",
            cancellationToken: cancellationToken));
        try
        {
            var upgrade = DeployChanges.To
                .PostgresqlDatabase(new PostgresqlConnectionManager(database))
                .WithScripts([.. ScriptsOf(typeof(MigrationRunner).Assembly, "0-coordination"), .. ScriptsOf(service.Assembly, "1-service")])
                .WithVariablesDisabled()
                .WithTransactionPerScript()
                .WithPreprocessor(new Manners())
                .WithExecutionTimeout(ScriptLimit)
                .JournalToPostgresqlTable(schema, "schema_version")
                .LogTo(new UpgradeLog(logger))
                .Build();
            var result = await Task.Run(upgrade.PerformUpgrade, cancellationToken);
            if (!result.Successful)
            {
                throw MayPass(result.Error) ? result.Error : new InvalidOperationException($"Migration {result.ErrorScript?.Name} failed.", result.Error);
            }

            await using var transaction = await guard.BeginTransactionAsync(cancellationToken);
            await partitions.MakeAheadAsync(guard, transaction, time.GetUtcNow(), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        finally
        {
            // Given back at once, also for the next attempt: a pooled connection is reset, and would lose the lock, only when it is used again.
            // One that broke has lost it.
            if (guard.State is ConnectionState.Open)
            {
                await guard.ExecuteAsync(new CommandDefinition("SELECT pg_advisory_unlock_all()", cancellationToken: CancellationToken.None));
            }
        }
    }

    private static IEnumerable<SqlScript> ScriptsOf(Assembly assembly, string prefix) =>
        from resource in assembly.GetManifestResourceNames()
        where resource.EndsWith(".sql", StringComparison.Ordinal) && resource.Contains(".Migrations.", StringComparison.Ordinal)
        let name = resource[(resource.IndexOf(".Migrations.", StringComparison.Ordinal) + ".Migrations.".Length)..]
        orderby name
        select SqlScript.FromStream($"{prefix}/{name}", assembly.GetManifestResourceStream(resource));

    /// <summary>
    /// Who waits for a lock on a table makes everybody after him wait too, for as long as a dump reads it. It is better to give up, which undoes
    /// the whole script, and try in a second. Part of the script, because a pooler may keep back what a connection is opened with; a script
    /// that says otherwise counts.
    /// </summary>
    private sealed class Manners : IScriptPreprocessor
    {
        public string Process(string contents) => $"SET LOCAL lock_timeout = '200ms';\n{contents}";
    }

    private sealed class UpgradeLog(ILogger logger) : IUpgradeLog
    {
        public void LogTrace(string format, params object[] args)
        {
            // Every statement; too much even for tracing.
        }

        public void LogDebug(string format, params object[] args) => Write(LogLevel.Debug, format, args);

        public void LogInformation(string format, params object[] args) => Write(LogLevel.Debug, format, args);

        public void LogWarning(string format, params object[] args) => Write(LogLevel.Warning, format, args);

        public void LogError(string format, params object[] args) => Write(LogLevel.Error, format, args);

        public void LogError(Exception ex, string format, params object[] args) => Write(LogLevel.Error, format, args, ex);

        private void Write(LogLevel level, string format, object[] args, Exception? exception = null)
        {
            if (logger.IsEnabled(level))
            {
                var text = string.Format(format, args);
                Log.Migration(logger, level, text, exception);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for PostgreSQL before the schema can be brought up to date: {Reason}")]
        public static partial void WaitingForDatabase(ILogger logger, string reason);

        [LoggerMessage(Message = "Migrations: {Text}")]
        public static partial void Migration(ILogger logger, LogLevel level, string text, Exception? exception);
    }
}

/// <summary>Unhealthy until the schema is up to date.</summary>
internal sealed class SchemaHealthCheck(SchemaReady ready) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(ready.IsReady
            ? HealthCheckResult.Healthy()
            : new HealthCheckResult(context.Registration.FailureStatus, "The database schema is not up to date yet."));
}
