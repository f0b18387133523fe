using Denywatch.Detection;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Jobs;
using Denywatch.Web.Features.Learning;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Features.Scoring;
using Denywatch.Web.Tests.Scoring;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Tests.Learning;

/// <summary>What a model has come to expect, accepted and refused.</summary>
public sealed class LearntBurstsTests(PostgresFixture postgres) : IAsyncLifetime
{
    private ScannedMonth month = null!;
    private LearntBursts bursts = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>A scan at the same time of each of the last twelve days.</summary>
    public async ValueTask InitializeAsync()
    {
        month = await ScannedMonth.NewAsync(postgres);
        for (var day = 1; day <= 12; day++)
        {
            var start = month.Open.AddDays(-day).AddHours(3);
            await month.Node.DenyAsync(start, start.AddMinutes(30), _ => 800, source: ScannedMonth.Scanner, port: 445);
        }
        await month.ScoreAsync();
        bursts = new(
            month.Node.Get<IDbContextFactory<DenywatchDb>>(),
            month.Node.Source,
            month.Node.Get<TimeProvider>()
        );
    }

    public ValueTask DisposeAsync() => month.DisposeAsync();

    [Fact]
    public async Task An_accepted_burst_is_asked_about_no_more_and_still_expected()
    {
        var asked = await AskedAsync();

        Assert.Equal(Outcome.Forbidden, await AnswerAsync(asked, true, Installation.Viewer));
        Assert.Equal(Outcome.Done, await AnswerAsync(asked, true, Installation.Ana));
        await LearnAgainAsync();

        var known = Assert.Single(await bursts.AllAsync(Stop), burst => IsSame(burst, asked));
        Assert.Equal((true, "ana"), (known.IsNormal, known.AnsweredBy));
    }

    [Fact]
    public async Task A_refused_burst_is_expected_no_more_also_when_the_past_is_learnt_again()
    {
        var asked = await AskedAsync();

        await AnswerAsync(asked, false, Installation.Ana);
        await LearnAgainAsync();
        Assert.DoesNotContain(await bursts.AllAsync(Stop), burst => IsSame(burst, asked));
        await LearnAgainAsync();
        Assert.DoesNotContain(await bursts.AllAsync(Stop), burst => IsSame(burst, asked));
        Assert.Equal(
            "refuse",
            await month.Node.AskAsync<string>("SELECT string_agg(deed, ' ') FROM audit WHERE subject_kind = 'burst'")
        );
    }

    [Fact]
    public async Task What_comes_every_week_is_asked_about_once_and_not_every_other_week_too()
    {
        for (var week = 0; week < 4; week++)
        {
            var start = month.Open.AddDays(-2 - 7 * week).AddHours(12);
            await month.Node.DenyAsync(start, start.AddHours(1), _ => 900, source: ScannedMonth.Scanner, port: 22);
        }
        await month.ScoreAsync();

        var all = await bursts.AllAsync(Stop);

        Assert.Contains(all, burst => burst.Burst.Rhythm == BurstRhythm.Weekly);
        Assert.Equal(all, all.DistinctBy(burst => (burst.SeriesId, burst.Burst.At, burst.Burst.Weekday)));
    }

    [Fact]
    public async Task What_models_noticed_is_written_once_and_goes_when_it_is_found_no_more()
    {
        var jobs = month.Node.Get<JobQueries>();
        var noticed = (await jobs.FindAsync(BuiltInJobs.Total, Stop))!.Noticed;
        var burst = Assert.Single(noticed, one => one.Kind == ModelEventKind.Burst);
        Assert.Equal("all firewalls", burst.Series);
        Assert.Contains(" is expected every day at ", burst.Sentence, StringComparison.Ordinal);
        Assert.InRange(burst.At, month.Open.AddDays(-11), month.Open.AddDays(-8));

        await month.Node.RunAsync(
            "INSERT INTO model_events SELECT id, next_bucket - interval '3 days', 0, 'It was never so.' FROM series"
        );
        await LearnAgainAsync();

        Assert.Equal(noticed, (await jobs.FindAsync(BuiltInJobs.Total, Stop))!.Noticed);
        await using var connection = await month.Node.Source.OpenConnectionAsync(Stop);
        var everywhere = await NoticedEvents.BetweenAsync(
            connection,
            jobId: "",
            month.Open.AddDays(-20),
            month.Open,
            most: 100,
            Stop
        );
        Assert.Contains(everywhere, one => one.Series == "fw-1" && one.Kind == ModelEventKind.Burst);
        Assert.DoesNotContain(everywhere, one => one.Sentence == "It was never so.");
    }

    private async Task<ExpectedBurst> AskedAsync() =>
        (await bursts.AllAsync(Stop)).First(burst => burst.Series == "fw-1" && burst.IsNormal is null);

    private Task<Outcome> AnswerAsync(ExpectedBurst burst, bool isNormal, Actor actor) =>
        bursts.AnswerAsync(burst.SeriesId, burst.Burst.At, burst.Burst.Weekday, isNormal, "", actor, Stop);

    private async Task LearnAgainAsync()
    {
        await month.Node.RunAsync("UPDATE series SET rescore_from = next_bucket - interval '20 days'");
        await month.ScoreAsync();
    }

    private static bool IsSame(ExpectedBurst one, ExpectedBurst other) =>
        one.SeriesId == other.SeriesId && one.Burst.At == other.Burst.At && one.Burst.Weekday == other.Burst.Weekday;
}
