using System.Globalization;
using Denywatch.Detection;

namespace Denywatch.Detection.Tests;

/// <summary>What teaches a model, and what does not.</summary>
public sealed class LearningTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

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
        model.Refuse(burst.At, burst.Weekday);
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
}
