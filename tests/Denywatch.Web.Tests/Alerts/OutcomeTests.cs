using System.Text;
using System.Text.Json;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Features.Explorer;
using Denywatch.Web.Features.Outcomes;
using Denywatch.Web.Features.Overview;
using Microsoft.Extensions.Logging.Abstractions;

namespace Denywatch.Web.Tests.Alerts;

/// <summary>What comes of alerts: verdicts, saved views and evidence.</summary>
public sealed class OutcomeTests(PostgresFixture postgres) : IAsyncLifetime
{
    private Installation app = null!;
    private int series;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        app = await Installation.NewAsync(postgres);
        series = await app.SeriesAsync();
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task Verdicts_are_counted_with_their_times_and_what_the_system_closed_is_left_out()
    {
        var raised = Some.Start.AddMinutes(10);
        await app.AlertAsync(series, a => a.Close(CloseReason.TruePositive, "ana", raised.AddMinutes(30)));
        await app.AlertAsync(
            series,
            a =>
            {
                a.Acknowledge("ana", raised.AddMinutes(10));
                a.Close(CloseReason.BenignPositive, "ana", raised.AddMinutes(50));
            }
        );
        await app.AlertAsync(series, a => a.Close(CloseReason.FalsePositive, "ana", raised.AddMinutes(40)));
        await app.AlertAsync(series, a => a.Close(CloseReason.Rescored, "system", raised));
        await app.AlertAsync(series, a => (a.Cause, a.Evidence) = ("flood", "{}"));

        var table = await new OutcomeQueries(app.Source).OfAsync(
            OutcomeBy.Cause,
            Some.Start,
            Some.Start.AddDays(1),
            Stop
        );

        Assert.Equal(["horizontal scan", "flood"], table.Rows.Select(row => row.Key));
        var (all, scans) = (table.All, table.Rows[0]);
        Assert.Equal(
            (4, 1, 1, 1, 1),
            (all.Alerts, all.Undecided, all.TruePositives, all.BenignPositives, all.FalsePositives)
        );
        Assert.Equal(2.0 / 3, scans.NoiseShare);
        Assert.Equal(TimeSpan.FromMinutes(30), scans.ToAcknowledge);
        Assert.Equal(TimeSpan.FromMinutes(40), scans.ToClose);
        Assert.Equal(
            "Of 3 verdicts in 30 days 67 % were noise; one alert waits for its own.",
            OutcomeWords.Sentence(all, 30).Replace('\u2009', ' ').Replace('\u00a0', ' ').Replace('\u202f', ' ')
        );
    }

    [Fact]
    public async Task A_saved_view_is_its_owners_and_seen_by_others_only_when_shared()
    {
        var views = app.Get<SavedViews>();
        var view = new AlertsView(AlertScope.Open, AlertHolder.Mine, Severity: "high");

        await views.SaveAsync("Night", view, isShared: false, Installation.Ana, Stop);
        Assert.Empty(await views.ListAsync("ben", Stop));
        Assert.Equal(Outcome.Forbidden, await views.SaveAsync("Mine", view, true, Installation.Viewer, Stop));
        await views.SaveAsync("Night", view with { Severity = "low" }, isShared: true, Installation.Ana, Stop);

        var shared = Assert.Single(await views.ListAsync("ben", Stop));
        Assert.Equal(("Night", "ana", "low"), (shared.Name, shared.Owner, shared.View.Severity));
        Assert.Equal(Outcome.Forbidden, await views.DeleteAsync(shared.Id, Installation.Ben, Stop));
        Assert.Equal(Outcome.Done, await views.DeleteAsync(shared.Id, Installation.Ana, Stop));
        Assert.Equal(Outcome.NotFound, await views.DeleteAsync(shared.Id, Installation.Ana, Stop));
    }

    [Fact]
    public async Task An_evidence_pack_stands_alone_and_shows_what_people_wrote_as_text()
    {
        var alert = await app.AlertAsync(series);
        await app.Get<AlertActions>()
            .AnnotateAsync([alert.Id], "**ours** <script>alert(1)</script>", Installation.Ana, Stop);
        var packs = new EvidencePacks(
            app.Get<AlertQueries>(),
            app.Get<TimelineQueries>(),
            new FlowQueries(app.Source),
            app.Services,
            NullLoggerFactory.Instance,
            TimeProvider.System
        );

        var pack = (await packs.OfAsync(alert.Id, Stop))!;
        var html = await packs.ToHtmlAsync(pack);
        using var json = JsonDocument.Parse(EvidencePacks.ToJson(pack));
        await using var csv = new MemoryStream();
        await packs.WriteCsvAsync(pack, csv, Stop);

        Assert.StartsWith("<!doctype html>", html, StringComparison.Ordinal);
        Assert.Contains(alert.Title, html, StringComparison.Ordinal);
        Assert.Contains("<strong>ours</strong>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("http-equiv", html, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", html, StringComparison.Ordinal);
        Assert.Equal(alert.Id, json.RootElement.GetProperty("alert").GetProperty("id").GetInt64());
        Assert.StartsWith("first,last,source,", Encoding.UTF8.GetString(csv.ToArray()), StringComparison.Ordinal);
        Assert.Null(await packs.OfAsync(alert.Id + 1, Stop));
    }
}
