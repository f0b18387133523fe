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
            var decision = Episodes.Decide(open, [], Record(i, buckets[i]), Rule, Quarter, buckets[i] != 'i');
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
        var open = Episodes.Decide(null, [], Record(0, '#'), Rule, Quarter, true).Episode;

        Assert.Equal(EpisodeStep.None, Episodes.Decide(open, [], Record(9, '.'), Rule, Quarter, isFinal: false).Step);
        Assert.Equal(EpisodeStep.End, Episodes.Decide(open, [], Record(9, '.'), Rule, Quarter, isFinal: true).Step);
    }

    [Fact]
    public void The_peak_is_the_highest_score_and_the_end_is_the_end_of_the_last_bucket_above()
    {
        var open = Episodes.Decide(null, [], Record(0, '#'), Rule, Quarter, true).Episode;
        var higher = Episodes.Decide(open, [], Record(1, '#') with { Score = 96, Actual = 900 }, Rule, Quarter, true);
        var lower = Episodes.Decide(higher.Episode, [], Record(2, '#'), Rule, Quarter, true);
        var end = Episodes.Decide(lower.Episode, [], Record(8, '.'), Rule, Quarter, true).Episode!;

        Assert.Equal((true, false), (higher.IsNewPeak, lower.IsNewPeak));
        Assert.Equal((96, 900, At(1)), (end.PeakScore, end.PeakActual, end.PeakBucket));
        Assert.Equal((At(0), At(3)), (end.Started, end.Ended));
    }

    [Fact]
    public void Looking_at_the_same_bucket_again_changes_nothing()
    {
        var open = Episodes.Decide(null, [], Record(0, '#'), Rule, Quarter, false).Episode;

        var again = Episodes.Decide(open, [], Record(0, '#'), Rule, Quarter, false);

        Assert.Equal((EpisodeStep.None, open), (again.Step, again.Episode));
    }

    [Theory]
    [InlineData(80, 100, 50, true)]
    [InlineData(74.9, 100, 50, false)]
    [InlineData(80, 19, 5, false)]
    [InlineData(80, 100, 91, false)]
    public void A_rule_asks_for_score_count_and_excess(double score, double actual, double typical, bool isMet) =>
        Assert.Equal(isMet, Rule.IsMetBy(new(At(0), actual, typical, 0, 0, 1e-6, score, false)));

    [Theory]
    [InlineData("..##.", "....-")]
    [InlineData("###", "--S")]
    [InlineData("####", "--SX")]
    [InlineData("##.#", "----")]
    [InlineData("##m#", "----")]
    [InlineData("## #", "-- -")]
    [InlineData("#ss#", "----")]
    [InlineData("###s", "--SX")]
    [InlineData("##.###", "-----S")]
    [InlineData("###.....##", "--S----E--")]
    [InlineData("###....#", "--S----X")]
    [InlineData("##i", "--S")]
    public void An_excess_must_last_as_many_buckets_in_a_row_as_the_rule_asks_for(string buckets, string steps)
    {
        Assert.Equal(steps.Replace('.', '-'), StepsOf(buckets, Rule with { Duration = 3 }));
    }

    [Fact]
    public void An_episode_starts_with_the_first_bucket_of_the_run_that_it_needed_and_its_peak_is_any_of_them()
    {
        AnomalyRecord[] run = [Record(4, '#'), Record(5, '#') with { Score = 97, Actual = 800 }, Record(6, '#')];

        var episode = Assert.Single(Episodes.Of(run, Rule with { Duration = 3 }, Quarter));

        Assert.Equal((At(4), At(5), At(6)), (episode.Started, episode.PeakBucket, episode.LastAbove));
        Assert.Equal((97, 800), (episode.PeakScore, episode.PeakActual));
    }

    [Fact]
    public void How_many_buckets_in_a_row_are_above_the_line_is_counted_both_ways_from_a_bucket()
    {
        AnomalyRecord[] records = [.. ".##.###m#".Select((kind, i) => Record(i, kind))];

        Assert.Equal(
            [0, 2, 2, 0, 3, 3, 3, 0, 1],
            records.Select(record => Episodes.RunAt(records, record.Bucket, Rule, Quarter))
        );
    }

    [Fact]
    public void A_ratio_asks_for_so_many_times_what_is_typical()
    {
        var rule = new RuleSettings(Ratio: 8.1);

        Assert.False(rule.IsMetBy(Record(0, '#')));
        Assert.True((rule with { Ratio = 8 }).IsMetBy(Record(0, '#')));
        Assert.True((rule with { Ratio = 0 }).IsMetBy(Record(0, '#') with { Typical = 0 }));
    }

    [Theory]
    [InlineData(75, 1.5, 75)]
    [InlineData(75, 15, 46.7)]
    [InlineData(75, 0.15, 79.2)]
    [InlineData(75, 525, 3)]
    [InlineData(50, 1.5, 50)]
    [InlineData(99, 0.01, 100)]
    [InlineData(2, 1000, 2)]
    public void A_sensitivity_moves_the_line_and_not_the_scores(double threshold, double perYear, double line) =>
        Assert.Equal(line, new RuleSettings(threshold, Sensitivity: perYear).Line, 0.05);

    [Theory]
    [InlineData(0, 0, 0, 1, 1.5, "A record score")]
    [InlineData(75, -1, 0, 1, 1.5, "Denies")]
    [InlineData(75, 0, double.NaN, 1, 1.5, "Times typical")]
    [InlineData(75, 0, 0, 13, 1.5, "An excess")]
    [InlineData(75, 0, 0, 1, 0, "A sensitivity")]
    public void Settings_that_cannot_be_say_what_is_wrong(
        double threshold,
        double floor,
        double ratio,
        int duration,
        double perYear,
        string problem
    ) =>
        Assert.StartsWith(
            problem,
            new RuleSettings(threshold, floor, 0, ratio, duration, perYear).Problem,
            StringComparison.Ordinal
        );

    /// <summary>A blank is a bucket without a record.</summary>
    private static string StepsOf(string buckets, RuleSettings rule)
    {
        Episode? open = null;
        List<AnomalyRecord> before = [];
        var told = "";
        for (var i = 0; i < buckets.Length; i++)
        {
            if (buckets[i] == ' ')
            {
                told += ' ';
                continue;
            }
            var record = Record(i, buckets[i]);
            var decision = Episodes.Decide(open, before, record, rule, Quarter, buckets[i] != 'i');
            told += decision.Step switch
            {
                EpisodeStep.Start => 'S',
                EpisodeStep.Extend => 'X',
                EpisodeStep.End => 'E',
                _ => '-',
            };
            open = decision.Step == EpisodeStep.End ? null : decision.Episode;
            before.Add(record);
        }
        return told;
    }

    private static DateTimeOffset At(int bucket) => Flows.Slice + bucket * Quarter;

    private static AnomalyRecord Record(int bucket, char kind) =>
        kind switch
        {
            '#' or 'i' => new(At(bucket), 400, 50, 30, 80, 1e-8, 90, false),
            // Within its band, and above the line as a sum with the buckets before it.
            's' => new(At(bucket), 75, 50, 30, 80, 1e-8, 90, false),
            'n' => new(At(bucket), 390, 380, 300, 470, 0.4, 0, false),
            'm' => new(At(bucket), null, 50, 30, 80, 1, 0, false),
            _ => new(At(bucket), 55, 50, 30, 80, 0.4, 1, false),
        };
}
