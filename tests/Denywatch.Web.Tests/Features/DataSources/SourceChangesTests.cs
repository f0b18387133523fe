using System.Net;
using Denywatch.Events;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Traffic;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.DataSources;
using Denywatch.Web.Tests.Connectors;
using Microsoft.EntityFrameworkCore;
using Outcome = Denywatch.Web.Features.Accounts.Outcome;

namespace Denywatch.Web.Tests.Features.DataSources;

/// <summary>Feeds that bring the same and sources that log otherwise, from stored flows to what is told.</summary>
public sealed class SourceChangesTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly TrafficGenerator generator = new(20260, Estate.Default);

    private Teller teller = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private DateTimeOffset Whole => FeedComparison.WholeUntil(teller.Clock.GetUtcNow());

    public async ValueTask InitializeAsync() => teller = await Teller.NewAsync(postgres);

    public ValueTask DisposeAsync() => teller.DisposeAsync();

    [Fact]
    public async Task The_same_events_by_two_senders_are_one_duplicate_until_one_of_them_is_switched_off()
    {
        await teller.WebhookAsync("http://127.0.0.1:9/hook");
        var events = EventsOf("fw-edge-1", Whole.AddHours(-1), Whole);
        await StoreAsync("syslog:192.0.2.1", "cisco_asa", events);
        // An agent loses some, and states the times as it reads them.
        await StoreAsync("token:agent", "ecs", [.. events.Where((_, number) => number % 20 != 0)], secondsLater: 1);

        await LookAsync();
        await LookAsync();

        var alarm = Assert.Single(await AlarmsAsync());
        Assert.Equal((SourceAlarmKind.Duplicate, Whole.AddHours(-1)), (alarm.Kind, alarm.Since));
        Assert.Contains(
            "of its denies come by cisco_asa from syslog:192.0.2.1 too, at the same seconds",
            alarm.Reason,
            StringComparison.Ordinal
        );
        Assert.EndsWith("switch ecs from token:agent off.", alarm.Reason, StringComparison.Ordinal);
        var rows = await teller.App.Get<DataSourceQueries>().AllAsync(Stop);
        Assert.All(rows, row => Assert.Equal(SourceAlarmKind.Duplicate, Assert.Single(row.Notices).Kind));
        Assert.Equal(
            "Duplicate feed: fw-edge-1",
            AlertMessage.Read(Assert.Single(await teller.LogAsync()).Body).Data.Denywatch.Title
        );

        // Only one goes on.
        var before = Whole;
        teller.Clock.Advance(TimeSpan.FromMinutes(35));
        await StoreAsync("syslog:192.0.2.1", "cisco_asa", EventsOf("fw-edge-1", before, Whole));
        await LookAsync();

        Assert.NotNull(Assert.Single(await AlarmsAsync(), one => one.Kind == SourceAlarmKind.Duplicate).EndedAt);
    }

    [Fact]
    public async Task Members_of_a_cluster_and_a_scan_that_two_firewalls_see_are_no_duplicates()
    {
        var events = EventsOf("fw-edge-1", Whole.AddHours(-1), Whole);
        List<FirewallEvent> heardByAll =
        [
            .. events.Select(one =>
                one with
                {
                    Destination = IPAddress.Parse("255.255.255.255"),
                    DestinationPort = 67,
                }
            ),
        ];
        // Each connection goes by one member; what is sent to all of the segment both deny.
        await StoreAsync(
            "syslog:192.0.2.1",
            "cisco_asa",
            [.. events.Where((_, number) => number % 2 == 0), .. heardByAll]
        );
        await StoreAsync(
            "syslog:192.0.2.2",
            "cisco_asa",
            [.. events.Where((_, number) => number % 2 == 1), .. heardByAll]
        );
        // The scanner goes on to the other firewall's addresses, some seconds later.
        await StoreAsync(
            "syslog:192.0.2.3",
            "cisco_asa",
            [
                .. events.Select(one =>
                    one with
                    {
                        Observer = "fw-other",
                        Destination = IPAddress.Parse($"203.0.113.{one.Destination!.GetAddressBytes()[3]}"),
                    }
                ),
            ],
            secondsLater: 1
        );

        await LookAsync();

        Assert.Empty(await AlarmsAsync());
    }

    [Fact]
    public async Task An_analyst_takes_an_alarm_on_and_an_engineer_ends_it_and_then_it_does_not_come_back()
    {
        var events = EventsOf("fw-edge-1", Whole.AddHours(-1), Whole);
        await StoreAsync("syslog:192.0.2.1", "cisco_asa", events);
        await StoreAsync("token:agent", "ecs", events);
        await LookAsync();
        var alarm = Assert.Single(await AlarmsAsync());
        var actions = teller.App.Get<SourceAlarmActions>();

        Assert.Equal(Outcome.Forbidden, (await actions.AcknowledgeAsync(alarm.Id, Installation.Viewer, Stop)).Outcome);
        Assert.Equal(Outcome.Done, (await actions.AcknowledgeAsync(alarm.Id, Installation.Ana, Stop)).Outcome);
        Assert.Equal(
            "It is in the hands of ana already.",
            (await actions.AcknowledgeAsync(alarm.Id, Installation.Ben, Stop)).Problem
        );
        Assert.Equal(Outcome.Forbidden, (await actions.DismissAsync(alarm.Id, "ours", Installation.Ana, Stop)).Outcome);
        Assert.Equal(
            "A reason is required.",
            (await actions.DismissAsync(alarm.Id, " ", Installation.Eve, Stop)).Problem
        );
        Assert.Equal(Outcome.Done, (await actions.DismissAsync(alarm.Id, "ours", Installation.Eve, Stop)).Outcome);
        Assert.Equal(
            Outcome.NotFound,
            (await actions.DismissAsync(alarm.Id + 1, "ours", Installation.Eve, Stop)).Outcome
        );

        teller.Clock.Advance(TimeSpan.FromMinutes(5));
        await LookAsync();

        var ended = Assert.Single(await AlarmsAsync());
        Assert.Equal(("ana", "eve"), (ended.AcknowledgedBy, ended.EndedBy));
        await using var db = await teller.App.DbAsync();
        Assert.Equal(
            ["ana acknowledge", "eve dismiss"],
            await db
                .Audit.Where(entry => entry.SubjectKind == "source alarm")
                .OrderBy(entry => entry.Id)
                .Select(entry => entry.Actor + " " + entry.Deed)
                .ToListAsync(Stop)
        );
    }

    [Fact]
    public async Task A_source_that_logs_otherwise_is_told_until_somebody_says_that_it_is_normal_or_a_week_is_over()
    {
        var source = await teller.App.SourceAsync(teller.Clock.GetUtcNow());
        var change = Whole.AddHours(-4);
        await TallyAsync(source, Whole.AddDays(-8), change, denied: 20, allowed: 30);
        await TallyAsync(source, change, Whole, denied: 20, allowed: 0);
        await RulesAsync(change);

        await LookAsync();

        var alarm = Assert.Single(await AlarmsAsync());
        Assert.Equal((SourceAlarmKind.LoggingChanged, change), (alarm.Kind, alarm.Since));
        Assert.StartsWith(
            "No allowed events since then; about 360 an hour came before",
            alarm.Reason,
            StringComparison.Ordinal
        );

        await teller.App.Get<SourceAlarmActions>().DismissAsync(alarm.Id, "the policy is new", Installation.Eve, Stop);
        teller.Clock.Advance(TimeSpan.FromMinutes(5));
        await TallyAsync(source, Whole.AddMinutes(-5), Whole, denied: 20, allowed: 0);
        await LookAsync();
        Assert.NotNull(Assert.Single(await AlarmsAsync()).EndedAt);
    }

    [Fact]
    public async Task A_rule_that_an_exception_takes_away_has_not_ended()
    {
        var source = await teller.App.SourceAsync(teller.Clock.GetUtcNow());
        await TallyAsync(source, Whole.AddDays(-8), Whole, denied: 20, allowed: 0);
        await RulesAsync(Whole.AddHours(-4));
        var past = teller.App.Get<LoggingPast>();

        var rules = (await past.RulesAsync(Whole, Stop))[source];
        Assert.Equal(["deny-all", "deny-other"], rules.Rules.Select(rule => rule.Rule).Order(StringComparer.Ordinal));
        Assert.Contains(
            "The rule deny-other logs no deny",
            LoggingChange.Of((await past.HoursAsync(Whole, Stop))[source], rules)!.What,
            StringComparison.Ordinal
        );

        await teller.App.RunAsync(
            """
            INSERT INTO recent_flows (received_at, batch_id, slice, data_source_id, firewall_id, rule, direction, count,
                sources, first_at, last_at, offsets, excepted_by)
            SELECT now(), gen_random_uuid(), @slice, @source, firewall_id, 'deny-other', 0, 1, 1, @slice, @slice, '{}', 1
            FROM data_sources WHERE id = @source
            """,
            ("slice", Whole.AddMinutes(-30)),
            ("source", source)
        );
        Assert.Equal(["deny-all"], (await past.RulesAsync(Whole, Stop))[source].Rules.Select(rule => rule.Rule));
    }

    private Task LookAsync() => teller.App.Get<SourceAlarmsTask>().RunAsync(Stop);

    private static List<FirewallEvent> EventsOf(string firewall, DateTimeOffset from, DateTimeOffset to)
    {
        List<FirewallEvent> events = [];
        for (var slice = from; slice < to; slice += DenyFlow.SliceSpan)
            events.AddRange(
                generator
                    .Slice(slice)
                    .Select(made => made.Event)
                    .Where(one => one.Observer == firewall && one.Verdict == Verdict.Denied)
            );
        return events;
    }

    private async Task StoreAsync(
        string sender,
        string integration,
        IReadOnlyList<FirewallEvent> events,
        int secondsLater = 0
    )
    {
        Dictionary<FlowKey, DenyFlow> flows = [];
        foreach (var one in events)
        {
            var slice = DenyFlow.SliceOf(one.Timestamp!.Value);
            var at = one.Timestamp.Value.AddSeconds(secondsLater);
            if (at >= slice + DenyFlow.SliceSpan)
                at = one.Timestamp.Value;
            var key = new FlowKey(
                slice,
                one.Observer!,
                one.Source,
                one.Destination,
                one.DestinationPort,
                one.Transport,
                one.Rule,
                one.Direction
            );
            if (!flows.TryGetValue(key, out var flow))
                flows[key] = flow = new DenyFlow(key, default, integration);
            flow.Add(at, 1, null, null);
        }
        await teller
            .App.Get<BatchStore>()
            .AppendAsync(
                new()
                {
                    Sender = sender,
                    ReceivedAt = teller.Clock.GetUtcNow(),
                    Flows = [.. flows.Values],
                    Tallies =
                    [
                        .. flows
                            .Values.GroupBy(flow => (flow.Key.Slice, flow.Key.Firewall))
                            .Select(group => new SourceTally
                            {
                                Source = new(sender, integration, group.Key.Firewall),
                                Slice = group.Key.Slice,
                                Denied = group.Sum(flow => flow.Count),
                            }),
                    ],
                },
                null,
                Stop
            );
    }

    private Task TallyAsync(int source, DateTimeOffset from, DateTimeOffset to, int denied, int allowed) =>
        teller.App.RunAsync(
            """
            INSERT INTO source_slices (slice, data_source_id, denied, allowed, unanswered, none, rejected)
            SELECT slice, @source, @denied, @allowed, 0, 0, 0
            FROM generate_series(@from::timestamptz, @to::timestamptz - interval '5 minutes', interval '5 minutes') AS slice
            """,
            ("source", source),
            ("from", from),
            ("to", to),
            ("denied", denied),
            ("allowed", allowed)
        );

    /// <summary>Two rules of the one firewall, of which one ends.</summary>
    private Task RulesAsync(DateTimeOffset end) =>
        teller.App.RunAsync(
            """
            INSERT INTO rollups (firewall_id, dimension, span, at, total, vals, counts, distincts, entropy)
            SELECT f.id, @rule, 60, at, 240,
                   CASE WHEN at < @end THEN '{deny-all,deny-other}' ELSE '{deny-all}' END::text[],
                   CASE WHEN at < @end THEN '{200,40}' ELSE '{240}' END::bigint[], CASE WHEN at < @end THEN 2 ELSE 1 END, 0
            FROM firewalls f, generate_series(date_trunc('hour', @to - interval '8 days'), @to, interval '1 hour') AS at;
            INSERT INTO rules_seen SELECT f.id, rule, @to - interval '30 days' FROM firewalls f, unnest('{deny-all,deny-other}'::text[]) AS rule
            """,
            ("rule", (short)RollupDimension.Rule),
            ("end", end),
            ("to", Whole)
        );

    private async Task<List<SourceAlarm>> AlarmsAsync()
    {
        await using var db = await teller.App.DbAsync();
        return await db.SourceAlarms.AsNoTracking().OrderBy(alarm => alarm.Id).ToListAsync(Stop);
    }
}
