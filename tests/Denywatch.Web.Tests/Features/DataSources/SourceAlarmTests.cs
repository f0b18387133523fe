using Denywatch.Alerting;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Connectors;
using Denywatch.Web.Features.DataSources;
using Denywatch.Web.Tests.Connectors;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Tests.Features.DataSources;

public sealed class SourceAlarmTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Nowhere = "http://127.0.0.1:9/hook";

    private Teller teller = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => teller = await Teller.NewAsync(postgres);

    public ValueTask DisposeAsync() => teller.DisposeAsync();

    [Fact]
    public async Task A_source_that_stops_raises_one_alarm_that_is_told_once_and_ends_with_its_next_line()
    {
        await teller.WebhookAsync(Nowhere);
        var source = await teller.App.SourceAsync(teller.Clock.GetUtcNow());

        teller.Clock.Advance(TimeSpan.FromMinutes(8));
        await LookAsync();
        Assert.Empty(await AlarmsAsync());

        teller.Clock.Advance(TimeSpan.FromMinutes(2));
        // Two nodes at once, and again after a restart.
        await Task.WhenAll(LookAsync(), LookAsync());
        await LookAsync();
        var alarm = Assert.Single(await AlarmsAsync());
        Assert.Equal((SourceAlarmKind.Quiet, null), (alarm.Kind, alarm.EndedAt));
        Assert.StartsWith("No line for 10 min", alarm.Reason, StringComparison.Ordinal);
        var row = Assert.Single(await teller.App.Get<DataSourceQueries>().AllAsync(Stop));
        Assert.Equal(alarm.Since, row.AlarmSince);

        await LineAsync(source);
        await Task.WhenAll(LookAsync(), LookAsync());
        await LookAsync();
        Assert.NotNull(Assert.Single(await AlarmsAsync()).EndedAt);
        Assert.Null(Assert.Single(await teller.App.Get<DataSourceQueries>().AllAsync(Stop)).AlarmSince);

        var told = await teller.LogAsync();
        Assert.Equal([AlertNews.Opened, AlertNews.Closed], told.Select(d => d.News));
        Assert.Equal([1, 2], told.Select(d => d.Sequence));
        var messages = told.ConvertAll(d => AlertMessage.Read(d.Body));
        Assert.Equal(["source_alarm.opened", "source_alarm.closed"], messages.Select(m => m.Type));
        Assert.Single(messages.Select(m => m.Data.Denywatch.Key).Distinct());
        Assert.Equal(
            $"/sources/{source}",
            new Uri(Outgoing.Of(told[0], new() { PublicUrl = "https://dw.example.org" }).Data.Event.Url!).AbsolutePath
        );

        var detail = await teller
            .App.Get<DataSourceQueries>()
            .FindAsync(source, row.LastReceivedAt, row.LastReceivedAt, Stop);
        Assert.Equal(alarm.Id, Assert.Single(detail!.Alarms).Id);
    }

    [Fact]
    public async Task A_source_that_comes_late_raises_an_alarm_of_its_own_and_does_not_flap()
    {
        var source = await teller.App.SourceAsync(teller.Clock.GetUtcNow());

        foreach (var (lag, open) in new[] { (400, 1), (200, 1), (320, 1), (100, 0), (200, 0) })
        {
            await teller.App.RunAsync(
                "UPDATE data_sources SET lag_seconds = @lag WHERE id = @id",
                ("lag", (double)lag),
                ("id", source)
            );
            await LookAsync();
            Assert.Equal(open, (await AlarmsAsync()).Count(alarm => alarm.EndedAt is null));
        }
        Assert.Equal(SourceAlarmKind.Late, Assert.Single(await AlarmsAsync()).Kind);
    }

    [Fact]
    public async Task Who_wants_grave_alerts_alone_is_not_told_of_sources()
    {
        await teller.WebhookAsync(Nowhere, "grave", Severity.Critical);
        await teller.App.SourceAsync(teller.Clock.GetUtcNow().AddHours(-1));

        await LookAsync();

        Assert.Single(await AlarmsAsync());
        Assert.Empty(await teller.LogAsync());
    }

    private Task LookAsync() => teller.App.Get<SourceAlarmsTask>().RunAsync(Stop);

    private Task LineAsync(int source) =>
        teller.App.RunAsync(
            "UPDATE data_sources SET last_received_at = @now WHERE id = @id",
            ("now", teller.Clock.GetUtcNow()),
            ("id", source)
        );

    private async Task<List<SourceAlarm>> AlarmsAsync()
    {
        await using var db = await teller.App.DbAsync();
        return await db.SourceAlarms.AsNoTracking().ToListAsync(Stop);
    }
}
