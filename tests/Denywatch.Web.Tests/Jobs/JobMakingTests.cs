using Denywatch.Detection;
using Denywatch.Events;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Jobs;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Tests.Scoring;
using Microsoft.EntityFrameworkCore;
using Outcome = Denywatch.Web.Features.Accounts.Outcome;

namespace Denywatch.Web.Tests.Jobs;

/// <summary>Jobs that people make: each detector, from what is stored to the alert.</summary>
public sealed class JobMakingTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(15);
    private Worker node = null!;
    private DateTimeOffset now;
    private DateTimeOffset open;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private JobActions Actions => node.Get<JobActions>();

    public async ValueTask InitializeAsync()
    {
        now = DateTimeOffset.UtcNow;
        node = await Worker.NewAsync(postgres, now);
        open = new(now.UtcTicks - (now.UtcTicks % Span.Ticks), TimeSpan.Zero);
    }

    public async ValueTask DisposeAsync() => await node.DisposeAsync();

    [Theory]
    [InlineData("", "letters")]
    [InlineData("Upper", "letters")]
    [InlineData("-first", "letters")]
    [InlineData("fine", null)]
    public void An_id_is_as_Elastic_has_it(string id, string? problem)
    {
        var found = new JobDraft(id, "A job", "high_count").Problem;
        if (problem is null)
            Assert.Null(found);
        else
            Assert.Contains(problem, found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mean", null, null, 15, "no detector mean")]
    [InlineData("high_distinct_count", null, null, 15, "needs a field")]
    [InlineData("high_count", "source.ip", null, 15, "has no field")]
    [InlineData("rare", "source.ip", null, 15, "Strangers choose")]
    [InlineData("high_count", null, "user.name", 15, "No series")]
    [InlineData("high_distinct_count", "source.ip", "source.ip", 15, "another field")]
    [InlineData("high_count", null, null, 7, "5, 10, 15, 30 or 60")]
    public async Task What_cannot_be_counted_is_refused_with_what_to_do(
        string detector,
        string? field,
        string? partition,
        int minutes,
        string problem
    )
    {
        var draft = new JobDraft("mine", "Mine", detector, field, partition, BucketMinutes: minutes);
        var result = await Actions.CreateAsync(draft, "a test", Installation.Eve, Stop);

        Assert.Equal(Outcome.Refused, result.Outcome);
        Assert.Contains(problem, result.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_an_engineer_makes_jobs_and_no_two_have_one_id()
    {
        var draft = new JobDraft("mine", "Mine", "high_count", PartitionField: "destination.port");

        Assert.Equal(Outcome.Forbidden, (await Actions.CreateAsync(draft, "why", Installation.Ana, Stop)).Outcome);
        Assert.Equal(Outcome.Refused, (await Actions.CreateAsync(draft, " ", Installation.Eve, Stop)).Outcome);
        Assert.Equal(Outcome.Done, (await Actions.CreateAsync(draft, "why", Installation.Eve, Stop)).Outcome);
        Assert.Equal(Outcome.Refused, (await Actions.CreateAsync(draft, "why", Installation.Eve, Stop)).Outcome);
        Assert.Equal(
            1,
            await node.AskAsync<long>("SELECT count(*) FROM audit WHERE deed = 'create' AND subject_id = 'mine'")
        );
    }

    [Fact]
    public async Task A_filter_counts_its_traffic_alone_in_one_series_and_the_trial_said_so_before()
    {
        await node.DenyAsync(now.AddDays(-28), DenyFlow.SliceOf(now), _ => 20);
        await node.DenyAsync(now.AddDays(-28), DenyFlow.SliceOf(now), _ => 7, port: 22);
        await node.LookAsync();
        var draft = new JobDraft("ssh", "SSH", "high_count", Filter: new(new() { Ports = [new(22, 22)] }, []));

        var tried = await node.Get<JobTrial>().OfAsync(draft, Stop);
        Assert.Equal((7 * 288, 27 * 288), (tried.Denies, tried.AllDenies));
        Assert.Equal(TimeSpan.FromMinutes(10), tried.Span!.Value.Span);
        Assert.All(tried.Sample, flow => Assert.Equal(22, flow.Port));

        await MakeAsync(draft);
        Assert.Equal(21, await node.AskAsync<double>(LastActual("ssh")));
    }

    [Fact]
    public async Task Distinct_values_of_a_bucket_are_counted_and_many_of_them_alert_though_denies_are_few()
    {
        await node.DenyAsync(now.AddDays(-28), open, _ => 300);
        await node.DenyAsync(now.AddDays(-28), open, _ => 100, source: "203.0.113.8");
        await node.LookAsync();
        await MakeAsync(new("sources", "Sources", "high_distinct_count", "source.ip"));
        Assert.Equal(2, await node.AskAsync<double>(LastActual("sources")));

        await node.LookAsync();
        for (var i = 0; i < 60; i++)
            await node.DenyAsync(open, open + DenyFlow.SliceSpan, _ => 1, source: $"198.51.100.{i}");
        await node.LookAsync();
        await node.LookAsync();

        var alert = Assert.Single(await AlertsAsync());
        Assert.Equal("Many distinct values of source.ip: 60, 2 expected", alert.Title);
    }

    [Fact]
    public async Task Where_only_buckets_with_denies_count_an_empty_one_is_missing()
    {
        await node.DenyAsync(now.AddDays(-14), open, slice => slice.Hour % 2 == 0 ? 10 : 0, port: 22);
        await node.DenyAsync(now.AddDays(-14), open, _ => 5);
        await node.LookAsync();
        await MakeAsync(new("now_and_then", "Now and then", "high_non_zero_count", Filter: new FlowFilter(22).Filter));

        Assert.NotEqual(0, await CountAsync("actual = 30"));
        Assert.NotEqual(0, await CountAsync("actual IS NULL"));
        Assert.Equal(0, await CountAsync("actual = 0"));

        Task<long> CountAsync(string which) =>
            node.AskAsync<long>(
                $"SELECT count(*) FROM records r JOIN series s ON s.id = r.series_id WHERE s.job_id = 'now_and_then' AND {which}"
            )!;
    }

    [Fact]
    public async Task A_period_that_is_excluded_is_scored_and_not_learnt_and_can_be_learnt_again()
    {
        // A week of ten times as much, which would be the new normal.
        await node.DenyAsync(
            now.AddDays(-28),
            open,
            slice => slice > now.AddDays(-7) && slice < now.AddDays(-3) ? 300 : 30
        );
        await node.LookAsync();
        await node.CloseAsync();
        var learnt = await TypicalAsync(now.AddDays(-4));

        var excluded = await Actions.ExcludeAsync(
            BuiltInJobs.Total,
            now.AddDays(-7),
            now.AddDays(-3),
            "move",
            Installation.Eve,
            Stop
        );
        Assert.Equal(Outcome.Done, excluded.Outcome);
        await node.CloseAsync();
        var untaught = await TypicalAsync(now.AddDays(-4));
        Assert.InRange(learnt, 300, 1000);
        Assert.InRange(untaught, 50, 200);

        var id = await node.AskAsync<int>("SELECT id FROM job_exclusions");
        Assert.Equal(
            Outcome.Done,
            (await Actions.IncludeAsync(BuiltInJobs.Total, id, "after all", Installation.Eve, Stop)).Outcome
        );
        await node.CloseAsync();
        Assert.Equal(learnt, await TypicalAsync(now.AddDays(-4)));
    }

    [Fact]
    public async Task A_job_that_nobody_reads_can_be_deleted_with_all_it_made_and_a_built_in_one_cannot()
    {
        await node.DenyAsync(now.AddDays(-3), open, _ => 30, port: 22);
        await node.LookAsync();
        await MakeAsync(new("mine", "Mine", "high_count", Filter: new FlowFilter(22).Filter), isRead: false);
        Assert.NotEqual(0, await node.AskAsync<long>("SELECT count(*) FROM series_counts"));

        Assert.Equal(
            Outcome.Refused,
            (await Actions.DeleteAsync(BuiltInJobs.Total, "no", Installation.Eve, Stop)).Outcome
        );
        Assert.Equal(Outcome.Done, (await Actions.DeleteAsync("mine", "not needed", Installation.Eve, Stop)).Outcome);
        Assert.Equal(0, await node.AskAsync<long>("SELECT count(*) FROM series_counts"));
        Assert.Equal(0, await node.AskAsync<long>("SELECT count(*) FROM series WHERE job_id = 'mine'"));
        Assert.Equal(0, await node.AskAsync<long>("SELECT count(*) FROM jobs WHERE id = 'mine'"));
    }

    [Fact]
    public async Task A_country_that_was_never_gone_to_is_found_in_allowed_events_and_a_flood_of_them_is_too()
    {
        await SwitchOnAsync(BuiltInJobs.RareDestinationCountry);
        await SwitchOnAsync(BuiltInJobs.AllEvents);
        var rare = open - Span;
        await AllowAsync(
            now.AddDays(-28),
            open,
            slice => slice >= rare ? ["DE", "KP"] : ["DE"],
            slice => slice >= rare ? 5_000 : 40
        );
        await node.LookAsync();
        await node.HistoryAsync();
        await node.CloseAsync();

        var titles = (await AlertsAsync()).Select(alert => alert.Title).Order(StringComparer.Ordinal).ToList();
        if (now - open < RecordStore.ShortestSettling)
            return; // its bucket has not closed yet, and does not as long as the clock stands still
        Assert.Equal("Rare destination country: KP, 3 events", titles[0]);
        Assert.StartsWith("Spike in network events: 15,000, 1", titles[1], StringComparison.Ordinal);
        Assert.Equal(2, titles.Count);
    }

    /// <summary>Allowed events, by the country that they go to.</summary>
    private async Task AllowAsync(
        DateTimeOffset from,
        DateTimeOffset to,
        Func<DateTimeOffset, string[]> countries,
        Func<DateTimeOffset, int> allowed
    )
    {
        List<SourceTally> tallies = [];
        Dictionary<(SourceKey, DateTimeOffset, string), long> gone = [];
        var source = new SourceKey("token:test", "ecs", "fw-1");
        for (var slice = DenyFlow.SliceOf(from); slice < to; slice += DenyFlow.SliceSpan)
        {
            tallies.Add(
                new()
                {
                    Source = source,
                    Slice = slice,
                    Allowed = allowed(slice),
                }
            );
            foreach (var country in countries(slice))
                gone[(source, slice, country)] = 1;
        }
        await node.Get<BatchStore>()
            .AppendAsync(
                new()
                {
                    Sender = "token:test",
                    ReceivedAt = now,
                    Flows = [],
                    Tallies = tallies,
                    Countries = gone,
                },
                null,
                Stop
            );
    }

    /// <summary>Makes the job and a rule that reads it, counts what is stored and scores it.</summary>
    private async Task MakeAsync(JobDraft draft, bool isRead = true)
    {
        Assert.Equal(Outcome.Done, (await Actions.CreateAsync(draft, "a test", Installation.Eve, Stop)).Outcome);
        if (isRead)
        {
            await using var db = await node.DbAsync();
            var rule = new Rule
            {
                Id = Guid.CreateVersion7(),
                Name = draft.Title,
                Description = "",
                Severity = "low",
                RiskScore = 21,
                JobIds = [draft.Id],
            };
            rule.Switch(on: true, DateTimeOffset.UnixEpoch);
            db.Rules.Add(rule);
            await db.SaveChangesAsync(Stop);
        }
        await node.HistoryAsync();
        await node.CloseAsync();
        await node.LookAsync();
    }

    private async Task SwitchOnAsync(string job)
    {
        await using var db = await node.DbAsync();
        var rule = await db.Rules.SingleAsync(r => r.JobIds.Length == 1 && r.JobIds.Contains(job), Stop);
        await node.Get<RuleActions>().SwitchAsync(rule.Id, on: true, "a test", Installation.Ana, Stop);
        await node.RunAsync("UPDATE rules SET switched_at = '1970-01-01Z'");
    }

    private async Task<List<Alert>> AlertsAsync()
    {
        await using var db = await node.DbAsync();
        return await db.Alerts.AsNoTracking().ToListAsync(Stop);
    }

    private Task<double> TypicalAsync(DateTimeOffset at) =>
        node.AskAsync<double>(
            $"SELECT typical FROM records r JOIN series s ON s.id = r.series_id WHERE s.job_id = '{BuiltInJobs.Total}' AND bucket = date_bin('15 minutes', '{at:O}'::timestamptz, 'epoch')"
        )!;

    private static string LastActual(string job) =>
        $"SELECT actual FROM records r JOIN series s ON s.id = r.series_id WHERE s.job_id = '{job}' ORDER BY bucket DESC OFFSET 1 LIMIT 1";

    private readonly record struct FlowFilter(int Port)
    {
        public Denywatch.Events.Exceptions.TrafficFilter Filter => new(new() { Ports = [new(Port, Port)] }, []);
    }
}
