using System.Globalization;
using Denywatch.Detection;

namespace Denywatch.Detection.Tests;

public sealed class SeriesModelTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Theory]
    [InlineData(0.05)]
    [InlineData(2)]
    [InlineData(60)]
    [InlineData(2_000)]
    [InlineData(80_000)]
    public void Quiet_traffic_gives_next_to_no_alerts_at_any_level(double mean)
    {
        var counts = new Counts(7);
        var model = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);

        var records = Counts.Teach(
            model,
            Counts.Monday,
            42,
            _ => counts.Overdispersed(mean, mean > 1000 ? 0.002 : 0.04)
        );

        Assert.InRange(records.Count(r => r.Band == Band.Critical), 0, 2);
    }

    [Theory]
    [InlineData(0.05, 12)]
    [InlineData(2, 25)]
    [InlineData(60, 250)]
    [InlineData(2_000, 3_600)]
    [InlineData(80_000, 120_000)]
    public void A_flood_is_critical_at_any_level(double mean, double flood)
    {
        var counts = new Counts(8);
        var model = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);
        Counts.Teach(model, Counts.Monday, 28, _ => counts.Overdispersed(mean, mean > 1000 ? 0.002 : 0.04));

        var record = model.Score(Counts.Monday.AddDays(28), flood);

        Assert.Equal(Band.Critical, record.Band);
        Assert.InRange(record.Typical, 0, 2 * mean);
    }

    [Fact]
    public void Office_hours_are_expected_and_the_same_count_at_night_is_not()
    {
        var counts = new Counts(9);
        var model = SeriesModel.Start(Counts.Quarter, Berlin);
        Counts.Teach(model, Counts.Monday, 28, bucket => counts.Overdispersed(Counts.Office(bucket, Berlin)));
        var tuesday = Counts.Monday.AddDays(29);

        var noon = model.Score(tuesday.AddHours(11), 85);
        var night = model.Score(tuesday.AddHours(1), 85);

        Assert.Equal(Band.None, noon.Band);
        Assert.Equal(Band.Critical, night.Band);
    }

    [Fact]
    public void The_rhythm_moves_with_the_clocks_of_the_site()
    {
        var counts = new Counts(10);
        var model = SeriesModel.Start(Counts.Quarter, Berlin);

        // The clocks go forward on Sunday 29 March 2026: from then on the office opens at 06:00 UTC instead of 07:00.
        var records = Counts.Teach(
            model,
            Counts.Monday,
            35,
            bucket => counts.Overdispersed(Counts.Office(bucket, Berlin))
        );

        var after = records.Where(r => r.Bucket >= new DateTimeOffset(2026, 3, 29, 0, 0, 0, TimeSpan.Zero)).ToList();
        Assert.DoesNotContain(after, r => r.Band == Band.Critical);
        Assert.InRange(
            after.First(r => r.Bucket == new DateTimeOffset(2026, 3, 31, 6, 30, 0, TimeSpan.Zero)).Typical,
            50,
            110
        );
    }

    [Fact]
    public void Beacons_in_a_silent_series_are_found_by_the_sum()
    {
        var counts = new Counts(31);
        var model = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);
        Counts.Teach(model, Counts.Monday, 28, _ => counts.Poisson(0.05));

        var records = Counts.Teach(model, Counts.Monday.AddDays(28), 0.5, _ => 1);

        var alarm = records.First(r => r.Band == Band.Critical);
        Assert.Equal(1, alarm.Actual);
        Assert.InRange((alarm.Bucket - Counts.Monday.AddDays(28)).TotalHours, 0.75, 4);
    }

    [Fact]
    public void A_modest_rise_that_lasts_is_found_by_its_sum()
    {
        var counts = new Counts(14);
        var model = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);
        Counts.Teach(model, Counts.Monday, 28, _ => counts.Poisson(60));

        var records = Counts.Teach(model, Counts.Monday.AddDays(28), 0.25, _ => counts.Poisson(80));

        Assert.Contains(records, r => r.Band == Band.Critical);
    }

    [Fact]
    public void A_missing_bucket_is_no_zero_and_never_alerts()
    {
        var counts = new Counts(15);
        var model = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);
        Counts.Teach(model, Counts.Monday, 21, _ => counts.Overdispersed(60));
        var before = model.Score(Counts.Monday.AddDays(23), 60).Typical;

        var missing = Counts.Teach(model, Counts.Monday.AddDays(21), 2, _ => null);
        var after = model.Score(Counts.Monday.AddDays(23), 60);

        Assert.All(missing, r => Assert.Equal((null, 0, 1), (r.Actual, r.Score, r.Probability)));
        Assert.Equal(before, after.Typical, before * 0.05);
    }

    [Fact]
    public void Buckets_left_out_and_buckets_taught_as_missing_are_the_same()
    {
        var counts = new Counts(16);
        var left = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);
        Counts.Teach(left, Counts.Monday, 3, _ => counts.Overdispersed(20));
        var taught = SeriesModel.Load(left.Save(), TimeZoneInfo.Utc);

        Counts.Teach(taught, Counts.Monday.AddDays(3), 1, _ => null);
        left.Learn(Counts.Monday.AddDays(4), 20);
        taught.Learn(Counts.Monday.AddDays(4), 20);

        Assert.Equal(left.Save(), taught.Save());
    }

    [Fact]
    public void A_model_without_history_is_safe_to_ask()
    {
        var model = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);

        var record = model.Score(Counts.Monday, 500);

        Assert.Equal((true, 0), (record.IsLearning, record.Score));
        Assert.Equal(ExpectedPattern.Nothing, model.Explain(Counts.Monday, 500).Pattern);
        Assert.Null(model.LastLearnt);
    }

    [Fact]
    public void Zero_against_nothing_expected_is_not_odd()
    {
        var model = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);

        var records = Counts.Teach(model, Counts.Monday, 21, _ => 0);

        Assert.All(records, r => Assert.Equal(0, r.Score));
        Assert.InRange(model.Score(Counts.Monday.AddDays(21), 3).Score, 0, 49);
    }

    [Theory]
    [InlineData(1, 0.3)]
    [InlineData(2, 5)]
    [InlineData(3, 70)]
    [InlineData(4, 900)]
    [InlineData(5, 30_000)]
    public void A_count_reaches_a_band_exactly_from_its_crossing_count_on(int seed, double mean)
    {
        var counts = new Counts(seed);
        var model = SeriesModel.Start(Counts.Quarter, Berlin);
        Counts.Teach(
            model,
            Counts.Monday,
            16 + seed / 7.0,
            b => counts.Overdispersed(Counts.Office(b, Berlin, mean * 3, mean))
        );
        var last = model.LastLearnt!.Value;

        foreach (var ahead in (int[])[1, 2, 3])
        foreach (var rate in (Sensitivity[])[Sensitivity.Default, new(0.5, 40)])
        {
            var bucket = last + ahead * Counts.Quarter;
            var crossings = model.CrossingsOf(bucket, rate);
            (long Count, double Line)[] lines =
            [
                (crossings.Warning, RecordScore.Warning),
                (crossings.Minor, RecordScore.Minor),
                (crossings.Major, RecordScore.Major),
                (crossings.Critical, RecordScore.Critical),
            ];

            foreach (var (count, line) in lines)
            {
                Assert.True(model.Score(bucket, count, rate).Score >= line);
                Assert.True(count <= 1 || model.Score(bucket, count - 1, rate).Score < line);
            }
        }
    }

    [Theory]
    [InlineData(21, 0.2)]
    [InlineData(22, 12)]
    [InlineData(23, 5_000)]
    public void More_denies_never_score_less(int seed, double mean)
    {
        var counts = new Counts(seed);
        var model = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);
        Counts.Teach(model, Counts.Monday, 20, _ => counts.Overdispersed(mean));
        var bucket = Counts.Monday.AddDays(20);

        var scores = Enumerable
            .Range(0, 400)
            .Select(i => model.Score(bucket, Math.Round(i * (1 + mean / 80))).Score)
            .ToList();

        Assert.Equal(scores.Order(), scores);
    }

    [Fact]
    public void Scoring_teaches_nothing()
    {
        var counts = new Counts(24);
        var model = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);
        Counts.Teach(model, Counts.Monday, 3, _ => counts.Overdispersed(20));
        var before = model.Save();

        model.Score(Counts.Monday.AddDays(3), 5_000);
        model.CrossingsOf(Counts.Monday.AddDays(3));
        model.Explain(Counts.Monday.AddDays(3), 5_000);

        Assert.Equal(before, model.Save());
    }

    [Theory]
    [InlineData(5)]
    [InlineData(15)]
    [InlineData(60)]
    [InlineData(1440)]
    public void A_restored_model_goes_on_as_if_nothing_had_happened(int minutes)
    {
        var counts = new Counts(25);
        var span = TimeSpan.FromMinutes(minutes);
        var model = SeriesModel.Start(span, Berlin);
        var days = minutes == 1440 ? 60 : 9.5;
        Counts.Teach(model, Counts.Monday, days, _ => counts.Overdispersed(30));

        var state = model.Save();
        var restored = SeriesModel.Load(state, Berlin);

        var bucket = model.LastLearnt!.Value + span;
        Assert.InRange(state.Length, 1, 4 * 1024);
        Assert.Equal(model.Score(bucket, 77), restored.Score(bucket, 77));
        model.Learn(bucket, 77);
        restored.Learn(bucket, 77);
        Assert.Equal(model.Save(), restored.Save());
    }

    [Fact]
    public void Damaged_state_says_so()
    {
        var state = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc).Save();

        Assert.Throws<InvalidDataException>(() => SeriesModel.Load([], TimeZoneInfo.Utc));
        Assert.Throws<InvalidDataException>(() => SeriesModel.Load(state.AsSpan()[..^1], TimeZoneInfo.Utc));
        Assert.Throws<InvalidDataException>(() => SeriesModel.Load([9, .. state], TimeZoneInfo.Utc));
    }

    [Fact]
    public void Buckets_are_taught_in_order_of_time()
    {
        var model = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);
        model.Learn(Counts.Monday, 5);

        Assert.Throws<ArgumentException>(() => model.Learn(Counts.Monday, 5));
    }

    [Fact]
    public void An_explanation_says_what_would_have_reached_the_line()
    {
        var counts = new Counts(26);
        var model = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);
        Counts.Teach(model, Counts.Monday, 28, _ => counts.Overdispersed(60));
        var bucket = Counts.Monday.AddDays(28);

        var below = model.Explain(bucket, 80);
        var above = model.Explain(bucket, 600);

        Assert.Equal(BelowReason.NotRareEnough, below.Below);
        Assert.Equal(model.CrossingsOf(bucket).Critical, below.CrossingCount);
        Assert.Contains(
            below.CrossingCount!.Value.ToString("N0", CultureInfo.InvariantCulture),
            below.Sentence,
            StringComparison.Ordinal
        );
        Assert.Equal((BelowReason.None, 1), (above.Below, above.HorizonBuckets));
        Assert.InRange(above.Factor!.Value, 8, 12);
    }

    [Fact]
    public void An_explanation_says_what_a_score_is_made_of()
    {
        var counts = new Counts(32);
        var model = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);
        Counts.Teach(model, Counts.Monday, 3, _ => counts.Overdispersed(60));
        var early = model.Explain(Counts.Monday.AddDays(3), 200).Impact;
        Counts.Teach(model, Counts.Monday.AddDays(3), 25, _ => counts.Overdispersed(60));

        var spike = model.Explain(Counts.Monday.AddDays(28), 140);
        Counts.Teach(model, Counts.Monday.AddDays(28), 0.25, _ => 100);
        var rise = model.Explain(Counts.Monday.AddDays(28.25), 100);

        Assert.Equal(spike.Record.Score, Math.Max(spike.Impact.SingleBucket, spike.Impact.MultiBucket), 1e-9);
        Assert.True(spike.Impact.SingleBucket > rise.Impact.SingleBucket);
        Assert.True(rise.Impact.MultiBucket > rise.Impact.SingleBucket);
        Assert.True(spike.Impact.VariancePenalty > 0);
        Assert.True(early.LearningPenalty > spike.Impact.LearningPenalty + 5);
    }
}
