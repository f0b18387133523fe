using Denywatch.Testing;
using Npgsql;

namespace Denywatch.Storage.Tests.Embedded;

public class PostgresFixtureTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Every_test_gets_its_own_copy_of_the_template()
    {
        var first = await postgres.CreateDatabaseAsync(PrepareAsync);
        var second = await postgres.CreateDatabaseAsync(PrepareAsync);

        await RunAsync(first, "DELETE FROM kept");

        Assert.Equal(0L, await RunAsync(first, "SELECT count(*) FROM kept"));
        Assert.Equal(1L, await RunAsync(second, "SELECT count(*) FROM kept"));
    }

    private static async Task PrepareAsync(string connection) =>
        await RunAsync(connection, "CREATE TABLE kept AS SELECT 1 AS one");

    private static async Task<object?> RunAsync(string connection, string sql)
    {
        await using var db = NpgsqlDataSource.Create(connection);
        await using var command = db.CreateCommand(sql);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
