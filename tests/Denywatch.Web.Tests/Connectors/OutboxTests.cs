using Denywatch.Alerting;
using Denywatch.Storage.Entities;
using Denywatch.Testing;

namespace Denywatch.Web.Tests.Connectors;

public sealed class OutboxTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Nowhere = "http://127.0.0.1:9/hook";

    private Teller teller = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => teller = await Teller.NewAsync(postgres);

    public ValueTask DisposeAsync() => teller.DisposeAsync();

    [Fact]
    public async Task Of_an_episode_is_told_that_it_opened_got_worse_was_closed_and_opened_again()
    {
        await teller.WebhookAsync(Nowhere);

        var alert = await teller.AlertAsync(a => a.Actual = 100);
        await teller.ChangeAsync(alert.Id, a => a.Actual = 199);
        await teller.ChangeAsync(alert.Id, a => a.Actual = 200);
        await teller.ChangeAsync(alert.Id, a => a.SeverityRank = (int)Severity.Critical);
        await teller.CloseAsync(alert.Id);
        await teller.ChangeAsync(alert.Id, a => a.Reopen());

        var log = await teller.LogAsync();
        Assert.Equal(
            [AlertNews.Opened, AlertNews.Worse, AlertNews.Worse, AlertNews.Closed, AlertNews.Reopened],
            log.Select(d => d.News)
        );
        Assert.Equal([1, 2, 3, 4, 5], log.Select(d => d.Sequence));
        Assert.Equal(5, log.Select(d => d.MessageId).Distinct().Count());
        Assert.All(log, d => Assert.Contains($"-alert-{alert.Id}\"", d.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_no_news_is_not_told()
    {
        await teller.WebhookAsync(Nowhere);
        var storm = await teller.AlertAsync();

        var child = await teller.AlertAsync(a => a.StormId = storm.Id);
        await teller.ChangeAsync(child.Id, a => a.Actual *= 9);
        await teller.CloseAsync(child.Id);
        await using (var db = await teller.App.DbAsync())
        {
            db.Alerts.Add(Late(storm));
            await db.SaveChangesAsync(Stop);
        }
        await teller.ChangeAsync(storm.Id, a => a.Acknowledge("ana", teller.Clock.GetUtcNow()));

        Assert.Equal(storm.Id, Assert.Single(await teller.LogAsync()).AlertId);
    }

    [Fact]
    public async Task While_an_alert_is_snoozed_it_is_not_told_that_it_gets_worse_and_then_it_is()
    {
        await teller.WebhookAsync(Nowhere);
        var alert = await teller.AlertAsync(a => a.Actual = 100);
        var snooze = new Snooze(teller.Clock.GetUtcNow().AddHours(1), SnoozeEnd.Time, null, "ana");

        await teller.ChangeAsync(alert.Id, a => a.TakeOut(snooze));
        await teller.ChangeAsync(alert.Id, a => a.Actual = 500);
        var quiet = (await teller.LogAsync()).Count;
        await teller.ChangeAsync(alert.Id, a => a.ComeBack());

        Assert.Equal(1, quiet);
        Assert.Equal([AlertNews.Opened, AlertNews.Worse], (await teller.LogAsync()).Select(d => d.News));
    }

    [Fact]
    public async Task A_connector_hears_of_what_it_wants_and_how_that_goes_on()
    {
        await teller.WebhookAsync(Nowhere, "all");
        await teller.WebhookAsync(Nowhere, "critical", Severity.Critical);
        await teller.Actions.AddAsync(
            new("another rule", ConnectorKind.Webhook, Nowhere, RuleIds: [Guid.NewGuid()]),
            Teller.Root,
            Stop
        );
        var off = await teller.WebhookAsync(Nowhere, "off");
        await teller.Actions.SwitchAsync(off.Id!.Value, on: false, Teller.Root, Stop);

        var quiet = await teller.AlertAsync(a => a.SeverityRank = (int)Severity.Low);
        await teller.CloseAsync(quiet.Id);
        var loud = await teller.AlertAsync(a => a.SeverityRank = (int)Severity.Low);
        await teller.ChangeAsync(loud.Id, a => a.SeverityRank = (int)Severity.Critical);
        await teller.ChangeAsync(loud.Id, a => a.SeverityRank = (int)Severity.Low);
        await teller.CloseAsync(loud.Id);

        var log = await teller.LogAsync();
        var names = log.GroupBy(d => d.ConnectorId).ToDictionary(g => g.Key, g => g.Select(d => d.News).ToList());
        Assert.Equal(2, names.Count);
        Assert.Equal(
            [AlertNews.Opened, AlertNews.Closed, AlertNews.Opened, AlertNews.Worse, AlertNews.Closed],
            names[log.Min(d => d.ConnectorId)]
        );
        Assert.Equal([AlertNews.Opened, AlertNews.Closed], names[log.Max(d => d.ConnectorId)]);
    }

    [Fact]
    public async Task A_change_that_is_taken_back_is_not_told()
    {
        await teller.WebhookAsync(Nowhere);
        await using (var db = await teller.App.DbAsync())
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Stop);
            db.Alerts.Add(Some.Alert(await teller.App.SeriesAsync(partition: "other")));
            await db.SaveChangesAsync(Stop);
            await transaction.RollbackAsync(Stop);
        }

        Assert.Empty(await teller.LogAsync());
    }

    private static Alert Late(Alert like) =>
        new()
        {
            RuleId = like.RuleId,
            SeriesId = like.SeriesId,
            Title = like.Title,
            Sentence = like.Sentence,
            Cause = like.Cause,
            Severity = like.Severity,
            SeverityRank = like.SeverityRank,
            SeverityReason = like.SeverityReason,
            StartedAt = like.StartedAt,
            LastBucket = like.LastBucket,
            PeakAt = like.PeakAt,
            PeakScore = like.PeakScore,
            Actual = like.Actual,
            Typical = like.Typical,
            Excess = like.Excess,
            Evidence = like.Evidence,
            RaisedAt = like.RaisedAt,
            IsFoundLate = true,
        };
}
