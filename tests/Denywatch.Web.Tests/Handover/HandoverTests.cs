using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Features.Exceptions;
using Denywatch.Web.Features.Handover;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Denywatch.Web.Tests.Handover;

public sealed class HandoverTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly FakeTimeProvider clock = new(new(2026, 11, 3, 14, 30, 0, TimeSpan.Zero));
    private Installation app = null!;
    private int series;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        app = await Installation.NewAsync(
            postgres,
            clock,
            services =>
                services
                    .AddSingleton<ExceptionQueries>()
                    .AddSingleton<HandoverQueries>()
                    .AddSingleton<HandoverActions>()
        );
        series = await app.SeriesAsync();
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task A_handover_begins_where_its_reader_signed_off_and_else_a_shift_ago()
    {
        var queries = app.Get<HandoverQueries>();
        Assert.Equal((clock.GetUtcNow() - HandoverQueries.Shift, false), await queries.SinceAsync("ana", Stop));

        var signedOff = clock.GetUtcNow();
        var viewer = await app.Get<HandoverActions>().SignOffAsync("Bye.", Installation.Viewer, Stop);
        await app.Get<HandoverActions>().SignOffAsync("All quiet.", Installation.Ana, Stop);
        clock.Advance(TimeSpan.FromHours(16));

        Assert.Equal(Outcome.Forbidden, viewer);
        Assert.Equal((signedOff, true), await queries.SinceAsync("ana", Stop));
        Assert.False((await queries.SinceAsync("ben", Stop)).IsSignOff);
        var entry = await (await app.DbAsync()).Audit.SingleAsync(e => e.Deed == HandoverActions.Deed, Stop);
        Assert.Equal(("ana", "All quiet."), (entry.Actor, entry.Why));
    }

    [Fact]
    public async Task It_says_what_came_what_was_done_and_what_is_left()
    {
        var actions = app.Get<AlertActions>();
        var (closed, taken, open) = (await AlertAsync(), await AlertAsync(), await AlertAsync());
        await actions.CloseAsync([closed], new(CloseReason.BenignPositive), Installation.Ana, Stop);
        await actions.AcknowledgeAsync([taken], null, Installation.Ben, Stop);
        await app.Get<HandoverActions>().SignOffAsync("Watch 10.2.3.4.", Installation.Ana, Stop);
        var before = clock.GetUtcNow();
        clock.Advance(TimeSpan.FromMinutes(1));

        var story = await app.Get<HandoverQueries>().OfAsync(before.AddHours(-8), clock.GetUtcNow(), Stop);
        var text = HandoverWords.Markdown(story, TimeZoneInfo.Utc, "https://dw.example.org");

        Assert.Equal([open, taken, closed], story.Opened.Select(a => a.Id).OrderDescending());
        Assert.Equal(closed, Assert.Single(story.Closed).Id);
        Assert.Equal(taken, Assert.Single(story.Acknowledged).Id);
        Assert.Equal(open, Assert.Single(story.Open).Id);
        Assert.Equal("1 benign positive", HandoverWords.Reasons(story.Closed));
        Assert.StartsWith(
            "**Since 06:30: 3 opened, 1 closed, 1 acknowledged; 1 is open.**",
            text,
            StringComparison.Ordinal
        );
        Assert.Contains($"- [#{open}](https://dw.example.org/alerts/{open}) high: ", text, StringComparison.Ordinal);
        Assert.Contains("- ana, Tue 14:30: Watch 10.2.3.4.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_happened_at_another_time_is_not_in_it()
    {
        var old = await AlertAsync();
        await app.Get<AlertActions>().CloseAsync([old], new(CloseReason.FalsePositive), Installation.Ana, Stop);
        clock.Advance(TimeSpan.FromDays(1));

        var story = await app.Get<HandoverQueries>().OfAsync(clock.GetUtcNow().AddHours(-8), clock.GetUtcNow(), Stop);

        Assert.Empty(story.Opened);
        Assert.Empty(story.Closed);
        Assert.Empty(story.Open);
    }

    private async Task<long> AlertAsync() => (await app.AlertAsync(series)).Id;
}
