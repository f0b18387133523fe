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
    public void A_spike_does_not_drag_what_is_expected_next()
    {
        var counts = new Counts(11);
        var model = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);
        Counts.Teach(model, Counts.Monday, 28, _ => counts.Overdispersed(60));
        var before = model.Score(Counts.Monday.AddDays(28), 60).Typical;

        Counts.Teach(model, Counts.Monday.AddDays(28), 0.125, _ => 2_000);
        Counts.Teach(model, Counts.Monday.AddDays(28.125), 1 / 24.0, _ => 60);
        var after = model.Score(Counts.Monday.AddDays(28.125).AddHours(1), 60);
        var sameTimeTomorrow = model.Score(Counts.Monday.AddDays(29), 2_000);

        Assert.InRange(after.Typical, before * 0.8, before * 1.35);
        Assert.InRange(after.Score, 0, RecordScore.Major);
        Assert.Equal(Band.Critical, sameTimeTomorrow.Band);
    }

    [Fact]
    public void A_lasting_new_level_alarms_first_and_is_normal_within_a_day()
    {
        var counts = new Counts(12);
        var model = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);
        Counts.Teach(model, Counts.Monday, 28, _ => counts.Overdispersed(60));

        var records = Counts.Teach(model, Counts.Monday.AddDays(28), 3, _ => counts.Overdispersed(240));

        Assert.Contains(records.Take(4), r => r.Band == Band.Critical);
        Assert.DoesNotContain(records.Skip(96), r => r.Band == Band.Critical);
        Assert.InRange(records[^1].Typical, 190, 290);
    }

    [Fact]
    public void A_nightly_scan_is_expected_after_three_nights()
    {
        var counts = new Counts(13);
        var model = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);

        var records = Counts.Teach(
            model,
            Counts.Monday,
            35,
            b => counts.Overdispersed(b >= Counts.Monday.AddDays(21) && b is { Hour: 2, Minute: < 30 } ? 900 : 40)
        );

        Assert.Contains(records, r => r.Bucket < Counts.Monday.AddDays(24) && r.Band == Band.Critical);
        Assert.DoesNotContain(records, r => r.Bucket >= Counts.Monday.AddDays(25) && r.Band == Band.Critical);
        Assert.Equal(Band.Critical, model.Score(Counts.Monday.AddDays(35).AddHours(2), 9_000).Band);
    }

    [Fact]
    public void A_learnt_burst_is_reported_and_can_be_refused()
    {
        var counts = new Counts(13);
        var model = SeriesModel.Start(Counts.Quarter, Berlin);
        Counts.Teach(model, Counts.Monday, 21, b => counts.Overdispersed(b is { Hour: 2, Minute: < 30 } ? 900 : 40));

        Counts.Teach(model, Counts.Monday.AddDays(21), 5, b => counts.Overdispersed(b.Hour == 14 ? 700 : 40));
        var burst = Assert.Single(model.LearntBursts, b => b.Rhythm == BurstRhythm.Daily && b.At.Hour == 15);
        var afternoon = Counts.Monday.AddDays(26).AddHours(14);
        Counts.Teach(model, Counts.Monday.AddDays(26), 14 / 24.0, _ => counts.Overdispersed(40));
        var expected = model.Score(afternoon, 700);
        model.Refuse(burst);
        var refused = model.Score(afternoon, 700);

        Assert.Equal((4, null), (burst.Buckets, burst.Weekday));
        Assert.InRange(burst.Count, 600, 1_400);
        Assert.Equal((Band.None, Band.Critical), (expected.Band, refused.Band));
        Assert.DoesNotContain(SeriesModel.Load(model.Save(), Berlin).LearntBursts, b => b.At == burst.At);
    }

    [Fact]
    public void A_fortnightly_scan_is_expected_after_two_runs()
    {
        var counts = new Counts(27);
        var model = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);

        var records = Counts.Teach(
            model,
            Counts.Monday,
            60,
            b => counts.Overdispersed((b - Counts.Monday).Days % 14 == 9 && b.Hour == 3 ? 900 : 40)
        );

        var alarms = records
            .Where(r => r.Band == Band.Critical)
            .Select(r => (r.Bucket - Counts.Monday).Days)
            .Distinct();
        Assert.Equal([9, 23], alarms);
    }

    [Fact]
    public void A_holiday_of_the_calendar_is_like_a_Sunday()
    {
        var holiday = new DateOnly(2026, 3, 31);
        var counts = new Counts(28);
        var with = SeriesModel.Start(Counts.Quarter, Berlin, new HashSet<DateOnly> { holiday });
        var without = SeriesModel.Start(Counts.Quarter, Berlin);
        foreach (var model in (SeriesModel[])[with, without])
            Counts.Teach(model, Counts.Monday, 28, bucket => counts.Overdispersed(Counts.Office(bucket, Berlin)));
        var noon = new DateTimeOffset(2026, 3, 31, 10, 0, 0, TimeSpan.Zero);

        Assert.InRange(with.Score(noon, 80).Typical, 0, 20);
        Assert.InRange(without.Score(noon, 80).Typical, 60, 110);
    }

    [Fact]
    public void A_confirmed_incident_taught_as_missing_changes_nothing_of_what_is_expected()
    {
        var counts = new Counts(29);
        var model = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);
        Counts.Teach(model, Counts.Monday, 21, _ => counts.Overdispersed(60));
        var before = model.Score(Counts.Monday.AddDays(23), 60).Typical;

        Counts.Teach(model, Counts.Monday.AddDays(21), 2, _ => null);

        Assert.Equal(before, model.Score(Counts.Monday.AddDays(23), 60).Typical);
    }

    [Fact]
    public void A_long_incident_that_became_the_level_is_forgotten_soon_after_it()
    {
        var counts = new Counts(30);
        var model = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);
        Counts.Teach(model, Counts.Monday, 28, _ => counts.Overdispersed(60));

        Counts.Teach(model, Counts.Monday.AddDays(28), 1, _ => counts.Overdispersed(300));
        var during = model.Score(Counts.Monday.AddDays(29), 300);
        Counts.Teach(model, Counts.Monday.AddDays(29), 0.25, _ => counts.Overdispersed(60));
        var after = model.Score(Counts.Monday.AddDays(29.25), 300);

        Assert.Equal((Band.None, Band.Critical), (during.Band, after.Band));
        Assert.InRange(after.Typical, 45, 90);
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
    public void A_collector_that_reports_zero_for_hours_changes_nothing()
    {
        var counts = new Counts(17);
        var model = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);
        Counts.Teach(model, Counts.Monday, 21, _ => counts.Overdispersed(400, 0.01));

        Counts.Teach(model, Counts.Monday.AddDays(21), 1, _ => 0);
        var back = model.Score(Counts.Monday.AddDays(22), 400);

        Assert.InRange(back.Typical, 350, 450);
        Assert.Equal(Band.None, back.Band);
    }

    [Fact]
    public void Nothing_alerts_before_twelve_comparable_buckets_are_learnt()
    {
        var model = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);
        for (var i = 0; i < 5; i++)
            model.Learn(Counts.Monday + i * Counts.Quarter, 10);
        var next = Counts.Monday + 5 * Counts.Quarter;

        var record = model.Score(next, 1_000_000);
        var explanation = model.Explain(next, 1_000_000);

        Assert.Equal((true, 0), (record.IsLearning, record.Score));
        Assert.Equal(long.MaxValue, model.CrossingsOf(next).Critical);
        Assert.Equal(
            (4, 12, BelowReason.Learning),
            (explanation.ComparableBuckets, explanation.ComparableNeeded, explanation.Below)
        );
        Assert.Equal("1,000,000 denies; still learning: 4 of 12 comparable buckets.", explanation.Sentence);
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

    [Fact]
    public void A_new_series_believes_at_first_what_its_siblings_learnt()
    {
        var counts = new Counts(33);
        var sibling = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);
        Counts.Teach(sibling, Counts.Monday, 28, _ => counts.Poisson(40));
        var alone = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);
        var younger = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc, siblings: [sibling]);
        foreach (var model in (SeriesModel[])[alone, younger])
            Counts.Teach(model, Counts.Monday, 2, _ => counts.Poisson(40));

        var next = Counts.Monday.AddDays(2);

        Assert.True(younger.CrossingsOf(next).Critical < alone.CrossingsOf(next).Critical);
        Assert.InRange(younger.Score(next, 40).Score, 0, RecordScore.Minor);
    }
}
