using Denywatch.Testing;

[assembly: AssemblyFixture(typeof(PostgresFixture))]
