using FsCheck;
using FsCheck.Xunit;

namespace Denywatch.Detection.Tests;

/// <summary>What holds for every series, whatever it counts.</summary>
public sealed class SeriesProperties
{
    private const int History = 500;

    [Property(MaxTest = 200)]
    public void More_denies_never_score_less(SomeSeries series, PositiveInt count, PositiveInt more)
    {
        var model = series.Learnt();
        var next = SomeSeries.BucketAt(History);

        var few = Enumerable.Range(0, 40).Select(denies => model.Score(next, denies).Score).ToList();
        var less = model.Score(next, count.Get);
        var greater = model.Score(next, count.Get + (double)more.Get);

        Assert.Equal(few.Order(), few);
        Assert.True(greater.Score >= less.Score);
        Assert.True(greater.Probability <= less.Probability);
    }

    [Property(MaxTest = 40)]
    public void It_does_not_matter_how_a_series_is_cut_into_calls(SomeSeries series, PositiveInt cut)
    {
        var counts = series.Counted();
        var at = cut.Get % counts.Count;
        var model = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);

        var whole = SeriesScoring.Score(counts, TimeZoneInfo.Utc);
        var parts = SeriesScoring
            .Score([.. counts.Take(at)], model)
            .Concat(SeriesScoring.Score([.. counts.Skip(at)], model));

        Assert.Equal(whole, parts);
    }

    [Property(MaxTest = 40)]
    public void A_restored_model_is_the_same_to_the_last_bit(SomeSeries series, PositiveInt next)
    {
        var model = series.Learnt();

        var restored = SeriesModel.Load(model.Save(), TimeZoneInfo.Utc);
        model.Learn(SomeSeries.BucketAt(History), next.Get);
        restored.Learn(SomeSeries.BucketAt(History), next.Get);

        Assert.Equal(model.Save(), restored.Save());
        Assert.InRange(model.Save().Length, 1, 4 * 1024);
    }

    [Property(MaxTest = 40)]
    public void A_missing_bucket_never_alerts(SomeSeries series)
    {
        var record = series.Learnt().Score(SomeSeries.BucketAt(History), actual: null);

        Assert.Equal((null, 0, 1), (record.Actual, record.Score, record.Probability));
    }

    [Property(MaxTest = 40)]
    public void A_zero_never_alerts(SomeSeries series) =>
        Assert.Equal(Band.None, series.Learnt().Score(SomeSeries.BucketAt(History), 0).Band);

    [Property(MaxTest = 40)]
    public void An_empty_stretch_in_one_step_is_the_same_as_bucket_by_bucket(SomeSeries series, PositiveInt length)
    {
        var buckets = length.Get % 3_000;
        var atOnce = series.Learnt();
        var oneByOne = series.Learnt();

        for (var i = 0; i < buckets; i++)
            oneByOne.Learn(SomeSeries.BucketAt(History + i), null);
        atOnce.Learn(SomeSeries.BucketAt(History + buckets), 7);
        oneByOne.Learn(SomeSeries.BucketAt(History + buckets), 7);

        Assert.Equal(oneByOne.Save(), atOnce.Save());
    }

    /// <summary>Five days of counts at any level, with spikes and gaps.</summary>
    /// <param name="Level">0.05 to 50,000, evenly in the logarithm.</param>
    public sealed record SomeSeries(NonNegativeInt Seed, byte Level, byte Spikes, byte Gaps)
    {
        public static DateTimeOffset BucketAt(int i) => Counts.Monday + i * Counts.Quarter;

        public List<CountedBucket> Counted()
        {
            var counts = new Counts(Seed.Get);
            var chance = new Random(Seed.Get);
            var mean = 0.05 * Math.Pow(1e6, Level / 255.0);
            List<CountedBucket> counted = [];
            for (var i = 0; i < History; i++)
            {
                var count = counts.Overdispersed(mean, 0.05);
                if (chance.Next(1_024) < Spikes)
                    count += 20 + count * chance.Next(2, 40);
                if (chance.Next(1_024) >= Gaps)
                    counted.Add(new(BucketAt(i), count));
            }
            return counted;
        }

        public SeriesModel Learnt()
        {
            var model = SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc);
            foreach (var (bucket, count) in Counted())
                model.Learn(bucket, count);
            return model;
        }
    }
}
