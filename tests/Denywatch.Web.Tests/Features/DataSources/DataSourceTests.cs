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
    private static readonly Actor engineer = new(null, "eve", AccountRole.Engineer);

    private TestDatabase database = null!;
    private DataSourceQueries queries = null!;
    private DataSourceActions actions = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync(postgres);
        queries = new(database, database.Source, new FixedClock(now));
        actions = new(database, new FixedClock(now));
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

    [Fact]
    public async Task Zone_and_pin_hold_for_all_sources_of_a_sender()
    {
        await AddAsync("fw-a", now);
        await AddAsync("fw-b", now);

        Assert.Equal(Outcome.Done, (await actions.SetZoneAsync("token:edge", "Europe/Berlin", engineer, Ct)).Outcome);
        Assert.Equal(Outcome.Done, (await actions.PinAsync("token:edge", "cisco_asa", engineer, Ct)).Outcome);

        await using var db = database.CreateDbContext();
        Assert.All(
            await db.DataSources.ToListAsync(Ct),
            s => Assert.Equal(("Europe/Berlin", "cisco_asa"), (s.TimeZone, s.PinnedIntegration))
        );
        Assert.Equal(2, await db.Audit.CountAsync(Ct));
    }

    [Fact]
    public async Task What_is_no_zone_or_integration_is_refused()
    {
        await AddAsync("fw-a", now);

        Assert.Equal(Outcome.Refused, (await actions.SetZoneAsync("token:edge", "Mars/Base", engineer, Ct)).Outcome);
        Assert.Equal(Outcome.Refused, (await actions.PinAsync("token:edge", "mars", engineer, Ct)).Outcome);
    }

    [Fact]
    public async Task An_analyst_does_not_change_sources()
    {
        var analyst = new Actor(null, "ana", AccountRole.Analyst);

        Assert.Equal(Outcome.Forbidden, (await actions.PinAsync("token:edge", null, analyst, Ct)).Outcome);
        Assert.Equal(Outcome.Forbidden, (await actions.ClearRejectsAsync(1, analyst, Ct)).Outcome);
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
