using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.DataSources;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Tests.Features.DataSources;

public sealed class DataSourceTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly DateTimeOffset now = new(2026, 11, 3, 14, 2, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset slice = new(2026, 11, 3, 13, 55, 0, TimeSpan.Zero);

    private TestDatabase database = null!;
    private DataSourceQueries queries = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync(postgres);
        queries = new(database, database.Source, new(database.Source), new FixedClock(now));
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    [Fact]
    public async Task The_list_shows_rates_by_verdict_and_puts_first_what_wants_a_look()
    {
        var busy = await AddAsync("fw-a", now.AddSeconds(-3));
        await AddAsync("fw-b", now.AddHours(-5));
        await SliceAsync(busy, slice, denied: 50, allowed: 100, none: 10, rejected: 0);
        await SliceAsync(busy, slice.AddMinutes(-5), denied: 5, allowed: 0, none: 0, rejected: 0);

        var rows = await queries.AllAsync(Ct);

        Assert.Equal(
            "fw-b quiet, fw-a ok",
            string.Join(", ", rows.Select(r => $"{r.Firewall} {r.Health.State}".ToLowerInvariant()))
        );
        Assert.Equal(new VerdictRates(10, 20, 2, 0), rows[1].Rates[^1]);
        Assert.Equal(1, rows[1].Rates[^2]?.Denied);
        Assert.Null(rows[1].Rates[^3]);
    }

    [Fact]
    public async Task A_month_is_drawn_in_few_steps()
    {
        var id = await AddAsync("fw-a", now);
        await SliceAsync(id, slice.AddDays(-3), denied: 3600, allowed: 0, none: 0, rejected: 0);

        var detail = await queries.FindAsync(id, now.AddDays(-30), now, Ct);

        Assert.InRange(detail!.Rates.Count, 300, 600);
        Assert.Equal(3600, detail.Rates.Sum(rate => (rate?.Denied ?? 0) * detail.Step.TotalMinutes), 3);
    }

    private async Task<int> AddAsync(string firewall, DateTimeOffset lastReceived)
    {
        await using var db = database.CreateDbContext();
        var source = new DataSource
        {
            Sender = "token:edge",
            Integration = "cisco_asa",
            FirewallId = 0,
            Firewall = new() { Name = firewall, FirstSeenAt = now },
            FirstSeenAt = now,
            LastReceivedAt = lastReceived,
        };
        db.DataSources.Add(source);
        await db.SaveChangesAsync(Ct);
        return source.Id;
    }

    private async Task SliceAsync(int id, DateTimeOffset at, long denied, long allowed, long none, long rejected)
    {
        await using var connection = await database.Source.OpenConnectionAsync(Ct);
        await connection.ExecuteAsync(
            """
            INSERT INTO source_slices (slice, data_source_id, denied, allowed, unanswered, none, rejected)
            VALUES (@at, @id, @denied, @allowed, 0, @none, @rejected)
            """,
            Ct,
            ("at", at),
            ("id", id),
            ("denied", denied),
            ("allowed", allowed),
            ("none", none),
            ("rejected", rejected)
        );
    }
}
