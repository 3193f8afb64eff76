using System.Globalization;
using Npgsql;

namespace Sure.FaultTests;

/// <summary>A lease as PostgreSQL has it.</summary>
/// <param name="Service">Whose.</param>
/// <param name="Name">Of what.</param>
/// <param name="Holder">Id of the process that holds it.</param>
/// <param name="Epoch">How often it changed hands.</param>
/// <param name="Held">Whether it has not expired.</param>
internal sealed record Lease(string Service, string Name, int Holder, long Epoch, bool Held);

/// <summary>Who leads.</summary>
internal static class Leases
{
    /// <summary>All leases of a service.</summary>
    public static async Task<IReadOnlyList<Lease>> ReadAsync(DoubledPlatform platform, string service)
    {
        await using var connection = await platform.OpenDatabaseAsync();
        await using var command = new NpgsqlCommand($"SELECT name, holder, epoch, expires_at > clock_timestamp() FROM {service}.lease ORDER BY name", connection);
        await using var rows = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var leases = new List<Lease>();
        while (await rows.ReadAsync(TestContext.Current.CancellationToken))
        {
            // A holder is machine/process/instance.
            leases.Add(new(service, rows.GetString(0), int.Parse(rows.GetString(1).Split('/')[^2], CultureInfo.InvariantCulture), rows.GetInt64(2), rows.GetBoolean(3)));
        }

        return leases;
    }
}
