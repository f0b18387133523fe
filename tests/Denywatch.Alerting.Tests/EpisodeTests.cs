using Denywatch.Detection;

namespace Denywatch.Alerting.Tests;

public sealed class EpisodeTests
{
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);
    private static readonly RuleSettings Rule = new(75, 20, 10);

    /// <summary>Each letter is a final bucket: # above the line, . below, m missing, n the new level, i interim above.</summary>
    [Theory]
    [InlineData(".", "-")]
    [InlineData("#", "S")]
    [InlineData("##", "S-")]
    [InlineData("#....", "S----")]
    [InlineData("#....#", "S----X")]
    [InlineData("#.....", "S----E subsided")]
    [InlineData("#.....#", "S----E subsidedS")]
    [InlineData("#mmmmm", "S----E quiet")]
    [InlineData("#nnnnn", "S----E level")]
    [InlineData("i", "S")]
    public void An_episode_bridges_four_buckets_and_ends_with_a_reason(string buckets, string steps)
    {
        Episode? open = null;
        var told = "";
        for (var i = 0; i < buckets.Length; i++)
        {
            var decision = Episodes.Decide(open, Record(i, buckets[i]), Rule, Quarter, buckets[i] != 'i');
            told += decision.Step switch
            {
                EpisodeStep.Start => "S",
                EpisodeStep.Extend when i > 1 => "X",
                EpisodeStep.End => decision.Episode!.Reason switch
                {
                    EndReason.NewLevel => "E level",
                    EndReason.SourceQuiet => "E quiet",
                    _ => "E subsided",
                },
                _ => "-",
            };
            open = decision.Step == EpisodeStep.End ? null : decision.Episode;
        }

        Assert.Equal(steps, told);
    }

    [Fact]
    public void An_interim_record_never_ends_an_episode()
    {
        var open = Episodes.Decide(null, Record(0, '#'), Rule, Quarter, true).Episode;

        Assert.Equal(EpisodeStep.None, Episodes.Decide(open, Record(9, '.'), Rule, Quarter, isFinal: false).Step);
        Assert.Equal(EpisodeStep.End, Episodes.Decide(open, Record(9, '.'), Rule, Quarter, isFinal: true).Step);
    }

    [Fact]
    public void The_peak_is_the_highest_score_and_the_end_is_the_end_of_the_last_bucket_above()
    {
        var open = Episodes.Decide(null, Record(0, '#'), Rule, Quarter, true).Episode;
        var higher = Episodes.Decide(open, Record(1, '#') with { Score = 96, Actual = 900 }, Rule, Quarter, true);
        var lower = Episodes.Decide(higher.Episode, Record(2, '#'), Rule, Quarter, true);
        var end = Episodes.Decide(lower.Episode, Record(8, '.'), Rule, Quarter, true).Episode!;

        Assert.Equal((true, false), (higher.IsNewPeak, lower.IsNewPeak));
        Assert.Equal((96, 900, At(1)), (end.PeakScore, end.PeakActual, end.PeakBucket));
        Assert.Equal((At(0), At(3)), (end.Started, end.Ended));
    }

    [Fact]
    public void Looking_at_the_same_bucket_again_changes_nothing()
    {
        var open = Episodes.Decide(null, Record(0, '#'), Rule, Quarter, false).Episode;

        var again = Episodes.Decide(open, Record(0, '#'), Rule, Quarter, false);

        Assert.Equal((EpisodeStep.None, open), (again.Step, again.Episode));
    }

    [Theory]
    [InlineData(80, 100, 50, true)]
    [InlineData(74.9, 100, 50, false)]
    [InlineData(80, 19, 5, false)]
    [InlineData(80, 100, 91, false)]
    public void A_rule_asks_for_score_count_and_excess(double score, double actual, double typical, bool isMet) =>
        Assert.Equal(isMet, Rule.IsMetBy(new(At(0), actual, typical, 0, 0, 1e-6, score, false)));

    private static DateTimeOffset At(int bucket) => Flows.Slice + bucket * Quarter;

    private static AnomalyRecord Record(int bucket, char kind) =>
        kind switch
        {
            '#' or 'i' => new(At(bucket), 400, 50, 30, 80, 1e-8, 90, false),
            'n' => new(At(bucket), 390, 380, 300, 470, 0.4, 0, false),
            'm' => new(At(bucket), null, 50, 30, 80, 1, 0, false),
            _ => new(At(bucket), 55, 50, 30, 80, 0.4, 1, false),
        };
}
