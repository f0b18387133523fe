using System.Net;
using Denywatch.Events;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Exceptions;
using Denywatch.Web.Features.Jobs;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Features.Suspects;
using Denywatch.Web.Tests.Scoring;
using Microsoft.EntityFrameworkCore;
using Outcome = Denywatch.Web.Features.Accounts.Outcome;

namespace Denywatch.Web.Tests.Suspects;

/// <summary>Beacons and slow scans: found in what a source did over a day.</summary>
public sealed class SuspectsTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Sick = "10.1.2.3";
    private const string Home = "198.51.100.7";

    /// <summary>The end of the newest bucket that is over.</summary>
    private DateTimeOffset hour;
    private Worker node = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        hour = new(DateTime.UtcNow.Date.AddHours(DateTime.UtcNow.Hour - 12), TimeSpan.Zero);
        node = await Worker.NewAsync(postgres, hour.AddMinutes(10));
    }

    public async ValueTask DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task A_beacon_is_found_among_people_and_clients_with_a_list_of_servers_and_nobody_else_is()
    {
        await DenyAsync([.. Beat(Sick, Home), .. Person("10.1.2.4"), .. Clock("10.1.2.5")]);
        await SwitchOnAsync(BuiltInJobs.Beaconing);
        await LookAsync();

        var alert = Assert.Single(await AlertsAsync());
        Assert.Equal($"Beacon: {Sick} calls out to {Home} on port 443 every 60 s", alert.Title);
        Assert.Equal("600 calls in 24 h, one every 60 s: suspicious outbound (T1071).", alert.Sentence);
        Assert.Equal([$"Beaconing in Firewall Denies: {Sick} to {Home}:443"], alert.Matches);
        Assert.Equal([600.0, 0, 600], [alert.Actual, alert.Typical, alert.Excess]);
        Assert.Equal(Sick, alert.MainSource);
        Assert.InRange(alert.PeakScore, 75, 100);

        var job = await JobAsync(BuiltInJobs.Beaconing);
        Assert.Equal("opened, feed started", job.State.Words);
        Assert.StartsWith(
            $"Looked at the 24 h until {hour:d MMM HH:mm} UTC",
            job.State.Cause,
            StringComparison.Ordinal
        );
        Assert.EndsWith("1 suspect.", job.State.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_nodes_that_look_at_once_one_raises()
    {
        await DenyAsync([.. Beat(Sick, Home)]);
        await SwitchOnAsync(BuiltInJobs.Beaconing);
        await using var other = At(hour);

        await Task.WhenAll(node.Get<SuspectsTask>().RunAsync(Stop), other.Get<SuspectsTask>().RunAsync(Stop));

        Assert.Single(await AlertsAsync());
        Assert.Equal(1, await node.AskAsync<long>("SELECT count(*) FROM records WHERE score > 0"));
        Assert.Equal(0, await node.AskAsync<long>("SELECT count(*) FROM jobs WHERE problem IS NOT NULL"));
    }

    [Fact]
    public async Task An_alert_goes_on_while_the_beacon_does_and_ends_some_hours_after_its_last_call()
    {
        await DenyAsync([.. Beat(Sick, Home)]);
        await SwitchOnAsync(BuiltInJobs.Beaconing);
        await LookAsync();

        await DenyAsync([.. Beat(Sick, Home, hours: 1, until: hour.AddHours(1))]);
        await LookAsync(hour.AddHours(1));
        var goesOn = Assert.Single(await AlertsAsync());
        Assert.Equal(hour, goesOn.LastBucket);
        Assert.Null(goesOn.EndedAt);

        foreach (var later in Enumerable.Range(2, 7))
        {
            await DenyAsync([.. Person("10.1.2.4", hour.AddHours(later))]);
            await LookAsync(hour.AddHours(later));
        }
        var ended = Assert.Single(await AlertsAsync());
        Assert.Equal(hour.AddHours(1), ended.EndedAt);
        Assert.Equal("subsided", ended.EndReason);
    }

    [Fact]
    public async Task An_exception_takes_a_finding_away_and_taking_it_back_brings_it_again()
    {
        await DenyAsync([.. Beat(Sick, Home)]);
        await SwitchOnAsync(BuiltInJobs.Beaconing);
        await LookAsync();
        Assert.Equal(AlertStatus.Open, Assert.Single(await AlertsAsync()).Status);

        var exceptions = node.Get<ExceptionActions>();
        await exceptions.AddAsync(
            new(new() { Sources = [Sick] }, "eve", "a licence check", hour.AddDays(-3), hour.AddDays(30)),
            Installation.Eve,
            Stop
        );
        await LookAsync();
        var gone = Assert.Single(await AlertsAsync());
        Assert.Equal(CloseReason.Rescored, gone.CloseReason);
        Assert.Equal("excepted", gone.EndReason);

        var id = await node.AskAsync<int>("SELECT id FROM exceptions");
        await exceptions.RemoveAsync(id, "not ours", Installation.Eve, Stop);
        await LookAsync();
        Assert.Equal(AlertStatus.Open, Assert.Single(await AlertsAsync()).Status);
    }

    [Fact]
    public async Task A_first_look_tells_of_twenty_suspects_at_most_and_the_next_of_the_others()
    {
        await DenyAsync([
            .. Enumerable.Range(1, 23).SelectMany(i => Beat($"10.1.3.{i}", $"198.51.100.{i}", 1, hour.AddHours(1), 3)),
        ]);
        await SwitchOnAsync(BuiltInJobs.Beaconing);

        await LookAsync();
        Assert.Equal(SuspectsTask.MostNew, (await AlertsAsync()).Count(alert => !alert.IsStorm));
        await LookAsync(hour.AddHours(1));
        Assert.Equal(23, (await AlertsAsync()).Count(alert => !alert.IsStorm));
    }

    [Fact]
    public async Task A_slow_scan_is_found_that_no_bucket_shows_and_strangers_that_try_what_strangers_try_are_not()
    {
        foreach (var day in Enumerable.Range(2, 9))
        {
            await DenyAsync([.. Tries(Sick, 3, hour.AddDays(-day), TimeSpan.FromHours(9)), .. Stranger(day)]);
            await DenyAsync([.. Noise(hour.AddDays(1 - day))]);
        }
        await DenyAsync([.. Tries(Sick, 60, hour.AddDays(-1), TimeSpan.FromHours(24)), .. Stranger(1), .. Noise(hour)]);
        await SwitchOnAsync(BuiltInJobs.SlowScanning);
        await LookAsync();
        await node.CloseAsync();

        var alert = Assert.Single(await AlertsAsync());
        Assert.Equal($"Slow scan by {Sick}: 60 host-port pairs in a day", alert.Title);
        Assert.Matches(
            "^60 pairs of host and port in 24 h, at most [34] in an hour, usually .*: horizontal scan",
            alert.Sentence
        );
        Assert.Equal([$"Slow Scan in Firewall Denies: source {Sick}"], alert.Matches);
        Assert.Equal(60, alert.Actual);
        Assert.Equal("horizontal scan", alert.Cause);
    }

    [Fact]
    public async Task Without_a_week_of_days_no_source_is_judged_and_the_job_says_so()
    {
        await DenyAsync([.. Noise(hour.AddDays(-2)), .. Tries(Sick, 60, hour.AddDays(-1), TimeSpan.FromHours(24))]);
        await SwitchOnAsync(BuiltInJobs.SlowScanning);
        await LookAsync();

        Assert.Empty(await AlertsAsync());
        Assert.Matches("It knows [12] of the 7 days", (await JobAsync(BuiltInJobs.SlowScanning)).State.Cause);
    }

    [Theory]
    [InlineData("10.1.2.3", "198.51.100.7")]
    [InlineData("2001:db8::1", "2001:db8:1::7")]
    public void A_caller_is_read_as_it_is_written(string source, string destination)
    {
        var caller = new Caller(IPAddress.Parse(source), IPAddress.Parse(destination), 443);

        Assert.Equal(caller, Caller.Parse(caller.ToString()));
    }

    /// <summary>A call every minute, with a second or two of jitter.</summary>
    private IEnumerable<Call> Beat(
        string source,
        string destination,
        int hours = 10,
        DateTimeOffset? until = null,
        int before = 0
    )
    {
        var random = new Random(7);
        var end = until ?? hour;
        var count = (hours + before) * 60;
        return Enumerable
            .Range(0, count)
            .Select(i => new Call(end.AddMinutes(i - count).AddSeconds(random.Next(3)), source, destination));
    }

    /// <summary>Somebody who works with one place for some hours.</summary>
    private IEnumerable<Call> Person(string source, DateTimeOffset? until = null)
    {
        var random = new Random(11);
        return Enumerable
            .Range(0, 150)
            .Select(_ => new Call((until ?? hour).AddSeconds(-random.Next(1, 36_000)), source, "198.51.100.8"));
    }

    /// <summary>Asks twenty servers for the time, each every 1,024 seconds.</summary>
    private IEnumerable<Call> Clock(string source) =>
        from server in Enumerable.Range(1, 20)
        from i in Enumerable.Range(1, 60)
        select new Call(hour.AddSeconds(server - 1024 * i), source, $"192.0.2.{server}", 123);

    private static IEnumerable<Call> Tries(string source, int hosts, DateTimeOffset from, TimeSpan within) =>
        Enumerable
            .Range(1, hosts)
            .Select(i => new Call(from + (within * (i - 0.5) / hosts), source, $"198.51.100.{i}", 445));

    /// <summary>Another one each day that tries seventy hosts over the day.</summary>
    private IEnumerable<Call> Stranger(int day) =>
        Tries($"203.0.113.{day}", 70, hour.AddDays(-day), TimeSpan.FromHours(24))
            .Select(call => call with { Way = Direction.Inbound });

    /// <summary>What is denied all day long, up to <paramref name="until"/>.</summary>
    private static IEnumerable<Call> Noise(DateTimeOffset until) =>
        Enumerable
            .Range(1, 288 * 3)
            .Select(i => new Call(
                until.AddSeconds(-100 * i),
                $"203.0.113.{100 + i % 50}",
                "192.0.2.1",
                23,
                Direction.Inbound
            ));

    private sealed record Call(
        DateTimeOffset At,
        string Source,
        string Destination,
        int Port = 443,
        Direction Way = Direction.Outbound
    );

    private async Task DenyAsync(IReadOnlyList<Call> calls)
    {
        var flows = calls
            .GroupBy(call => (DenyFlow.SliceOf(call.At), call.Source, call.Destination, call.Port, call.Way))
            .Select(group =>
            {
                var (slice, source, destination, port, way) = group.Key;
                var (from, to) = (IPAddress.Parse(source), IPAddress.Parse(destination));
                var flow = new DenyFlow(new(slice, "fw-1", from, to, port, "tcp", "deny-all", way), new(), "ecs");
                foreach (var call in group)
                    flow.Add(call.At, 1, null, "a line");
                return flow;
            });
        var tallies = calls
            .GroupBy(call => DenyFlow.SliceOf(call.At))
            .Select(slice => new SourceTally
            {
                Source = new("token:test", "ecs", "fw-1"),
                Slice = slice.Key,
                Denied = slice.Count(),
            });
        await node.Get<BatchStore>()
            .AppendAsync(
                new()
                {
                    Sender = "token:test",
                    ReceivedAt = DateTimeOffset.UtcNow,
                    Flows = [.. flows],
                    Tallies = [.. tallies],
                },
                null,
                Stop
            );
    }

    private Worker At(DateTimeOffset end) => Worker.Node(node.ConnectionString, new FixedClock(end.AddMinutes(10)));

    /// <summary>Counts what came, and looks ten minutes after the bucket that ends then.</summary>
    private async Task LookAsync(DateTimeOffset? end = null)
    {
        var now = (end ?? hour).AddMinutes(10);
        await node.RunAsync(
            $"""
            CREATE OR REPLACE FUNCTION frozen.now() RETURNS timestamptz LANGUAGE sql STABLE
            AS $$ SELECT '{now:O}'::timestamptz $$
            """
        );
        await using var then = At(end ?? hour);
        await then.LookAsync();
        await then.Get<SuspectsTask>().RunAsync(Stop);
        Assert.Null(await then.AskAsync<string>("SELECT problem FROM jobs WHERE problem IS NOT NULL"));
    }

    private async Task SwitchOnAsync(string job)
    {
        await node.LookAsync();
        await using var db = await node.DbAsync();
        var rule = await db.Rules.SingleAsync(r => r.JobIds.Length == 1 && r.JobIds.Contains(job), Stop);
        var result = await node.Get<RuleActions>().SwitchAsync(rule.Id, on: true, "a test", Installation.Ana, Stop);
        Assert.Equal(Outcome.Done, result.Outcome);
        // A rule never alerts for the time it was off; these tests ask about just that.
        await node.RunAsync("UPDATE rules SET switched_at = '1970-01-01Z'");
    }

    private async Task<JobFacts> JobAsync(string id) =>
        (await node.Get<JobQueries>().FactsAsync(Stop)).Single(job => job.JobId == id);

    private async Task<List<Alert>> AlertsAsync()
    {
        await using var db = await node.DbAsync();
        return await db.Alerts.AsNoTracking().ToListAsync(Stop);
    }
}
