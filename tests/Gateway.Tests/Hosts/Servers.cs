using Sure.TestServers;

[assembly: AssemblyFixture(typeof(PostgresServer))]
