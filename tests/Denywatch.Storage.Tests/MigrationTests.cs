using Denywatch.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace Denywatch.Storage.Tests;

public sealed class MigrationTests(PostgresFixture postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_older_schema_with_data_in_it_is_brought_up_to_date_and_keeps_the_data()
    {
        await using var store = Store.Node(await postgres.CreateDatabaseAsync());
        await using var db = await store.Get<IDbContextFactory<DenywatchDb>>().CreateDbContextAsync(Stop);
        var first = db.Database.GetMigrations().First(id => id.EndsWith("_MachineTables", StringComparison.Ordinal));
        await db.GetService<IMigrator>().MigrateAsync(first, Stop);
        await store.RunAsync(
            """
            INSERT INTO audit (at, actor, deed, subject_kind, subject_id) VALUES (now(), 'ana', 'close', 'alert', '7');
            INSERT INTO firewalls (name, first_seen_at) VALUES ('fw-old', now());
            INSERT INTO counts (span, at, firewall_id, count) VALUES (5, now(), 1, 42);
            """
        );

        await Database.MigrateAsync(store.Source, Stop);

        Assert.Empty(await db.Database.GetPendingMigrationsAsync(Stop));
        Assert.Equal("7", await store.AskAsync<string>("SELECT subject_id FROM audit"));
        Assert.Equal(42, await store.AskAsync<long>("SELECT count FROM counts"));
        await store.Get<BatchStore>().AppendAsync(Some.Batch(DateTimeOffset.UtcNow, firewall: "fw-old"), null, Stop);
    }

    [Fact]
    public async Task A_schema_newer_than_the_program_is_refused_in_words()
    {
        await using var store = await Store.NewAsync(postgres);
        await store.RunAsync("""INSERT INTO "__EFMigrationsHistory" VALUES ('29990101000000_Future', '99')""");

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Database.MigrateAsync(store.Source, Stop)
        );

        Assert.Contains("29990101000000_Future", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_nodes_that_start_at_once_migrate_once()
    {
        await using var store = Store.Node(await postgres.CreateDatabaseAsync());

        await Task.WhenAll(Database.MigrateAsync(store.Source, Stop), Database.MigrateAsync(store.Source, Stop));

        Assert.Equal(0, await store.AskAsync<long>("SELECT count(*) FROM alerts"));
    }

    [Fact]
    public async Task The_audit_trail_refuses_change()
    {
        await using var store = await Store.NewAsync(postgres);
        await store.RunAsync(
            "INSERT INTO audit (at, actor, deed, subject_kind, subject_id) VALUES (now(), 'ana', 'close', 'alert', '7')"
        );

        await Assert.ThrowsAsync<PostgresException>(() => store.RunAsync("UPDATE audit SET actor = 'ben'"));
        await Assert.ThrowsAsync<PostgresException>(() => store.RunAsync("DELETE FROM audit"));
        await Assert.ThrowsAsync<PostgresException>(() => store.RunAsync("TRUNCATE audit"));
        await Assert.ThrowsAsync<PostgresException>(() => store.RunAsync("TRUNCATE audit CASCADE"));
        Assert.Equal("ana", await store.AskAsync<string>("SELECT actor FROM audit"));
    }
}
