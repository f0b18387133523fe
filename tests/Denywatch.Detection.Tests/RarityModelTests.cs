using Denywatch.Detection;

namespace Denywatch.Detection.Tests;

public sealed class RarityModelTests
{
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(15);
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_value_that_never_came_in_four_weeks_is_odd_and_one_that_always_comes_is_not()
    {
        var model = Taught(days: 28, _ => ["DE", "US"]);
        var next = Start.AddDays(28);

        var known = model.Score(next, Values(("DE", 40), ("US", 12)));
        var fresh = model.Score(next, Values(("DE", 40), ("KP", 3)));

        Assert.Equal(0, known.Score);
        Assert.InRange(fresh.Score, RecordScore.Major, 100);
        Assert.Equal(3, fresh.Actual);
    }

    [Fact]
    public void Where_new_values_come_all_the_time_one_more_is_not_odd()
    {
        var model = Taught(days: 28, bucket => ["DE", bucket % 96 == 0 ? $"V{bucket / 96}" : "US"]);

        Assert.InRange(model.Score(Start.AddDays(28), Values(("KP", 3))).Score, 0, RecordScore.Minor);
    }

    [Fact]
    public void The_longer_a_value_did_not_come_the_odder_it_is_and_once_it_came_it_is_less_odd()
    {
        var (early, late) = (Taught(days: 8, _ => ["DE"]), Taught(days: 60, _ => ["DE"]));
        var first = early.Score(Start.AddDays(8), Values(("KP", 1))).Score;
        var later = late.Score(Start.AddDays(60), Values(("KP", 1))).Score;
        late.Learn(Start.AddDays(60), ["DE", "KP"]);
        var again = late.Score(Start.AddDays(60) + Span, Values(("KP", 1))).Score;

        Assert.True(first < later, $"{first} after 8 days, {later} after 60");
        Assert.True(again < later, $"{again} the second time, {later} the first");
    }

    [Fact]
    public void In_the_first_week_nothing_is_rare()
    {
        var record = Taught(days: 6, _ => ["DE"]).Score(Start.AddDays(6), Values(("KP", 9)));

        Assert.True(record.IsLearning);
        Assert.Equal(0, record.Score);
    }

    [Fact]
    public void A_missing_bucket_is_no_result_and_an_empty_one_is_nothing_odd()
    {
        var model = Taught(days: 14, _ => ["DE"]);

        Assert.Null(model.Score(Start.AddDays(14), null).Actual);
        Assert.Equal(0, model.Score(Start.AddDays(14), Values()).Score);
    }

    [Fact]
    public void A_saved_model_goes_on_as_it_was_and_knows_that_a_series_model_is_not_its_own()
    {
        var model = Taught(days: 10, bucket => ["DE", $"V{bucket % 5}"]);
        var loaded = RarityModel.Load(model.Save());

        Assert.Equal(model.Save(), loaded.Save());
        Assert.Equal(
            model.Score(Start.AddDays(10), Values(("KP", 1))),
            loaded.Score(Start.AddDays(10), Values(("KP", 1)))
        );
        Assert.False(RarityModel.CanLoad(SeriesModel.Start(Span, TimeZoneInfo.Utc).Save()));
        Assert.False(SeriesModel.CanLoad(model.Save()));
        Assert.Throws<InvalidDataException>(() => RarityModel.Load(model.Save()[..20]));
    }

    [Fact]
    public void It_remembers_a_thousand_values_and_forgets_the_rarest_of_more()
    {
        var model = Taught(days: 8, bucket => ["DE", $"V{2 * bucket}", $"V{2 * bucket + 1}"]);

        Assert.InRange(model.Save().Length, 1, 40_000);
        Assert.Equal(0, model.Score(Start.AddDays(8), Values(("DE", 1))).Score);
    }

    private static RarityModel Taught(int days, Func<int, string[]> values)
    {
        var model = RarityModel.Start(Span);
        for (var bucket = 0; bucket < days * 96; bucket++)
            model.Learn(Start + (bucket * Span), values(bucket));
        return model;
    }

    private static Dictionary<string, long> Values(params (string Value, long Count)[] values) =>
        values.ToDictionary(value => value.Value, value => value.Count, StringComparer.Ordinal);
}
