using Denywatch.Detection;

namespace Denywatch.Detection.Tests;

/// <summary>What a model tells of as it learns.</summary>
public sealed class NoticedTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Fact]
    public void A_level_that_came_to_stay_is_told_once_with_its_ratio_and_so_is_the_way_back()
    {
        var (counts, model) = (new Counts(12), SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc));
        Counts.Teach(model, Counts.Monday, 28, _ => counts.Overdispersed(60));
        Counts.Teach(model, Counts.Monday.AddDays(28), 1, _ => counts.Overdispersed(240));

        var moved = Assert.Single(model.Noticed, one => one.Kind == ModelEventKind.LevelMoved);
        Assert.InRange(moved.At, Counts.Monday.AddDays(28).AddHours(6), Counts.Monday.AddDays(28).AddHours(16));
        Assert.Matches(
            "^Counts have come to stay at [34](\\.\\d+)? times of what was expected, about 2\\d\\d a bucket: that is the new level\\.$",
            moved.Sentence
        );

        Counts.Teach(model, Counts.Monday.AddDays(29), 1, _ => counts.Overdispersed(60));
        Assert.Single(model.Noticed, one => one.Kind == ModelEventKind.LevelBack);
    }

    [Fact]
    public void A_series_that_follows_the_working_day_is_told_to_have_a_pattern_and_a_flat_one_is_not()
    {
        var counts = new Counts(14);
        var office = SeriesModel.Start(Counts.Quarter, Berlin);
        var flat = SeriesModel.Start(Counts.Quarter, Berlin);
        Counts.Teach(office, Counts.Monday, 42, b => counts.Overdispersed(Counts.Office(b, Berlin)));
        Counts.Teach(flat, Counts.Monday, 42, _ => counts.Overdispersed(60));

        var told = office.Noticed.Where(one => one.Kind == ModelEventKind.Season).ToList();
        Assert.InRange(told.Count, 1, 3);
        Assert.InRange(told[0].At, Counts.Monday.AddDays(1), Counts.Monday.AddDays(5));
        Assert.Contains("pattern foretells counts best by now", told[0].Sentence, StringComparison.Ordinal);
        Assert.Empty(flat.Noticed);
    }

    [Fact]
    public void A_burst_is_told_when_it_is_expected_for_the_first_time_and_never_again()
    {
        var (counts, model) = (new Counts(13), SeriesModel.Start(Counts.Quarter, TimeZoneInfo.Utc));

        Counts.Teach(
            model,
            Counts.Monday,
            42,
            b => counts.Overdispersed(b >= Counts.Monday.AddDays(14) && b is { Hour: 2, Minute: < 30 } ? 900 : 40)
        );

        var told = Assert.Single(model.Noticed, one => one.Kind == ModelEventKind.Burst);
        Assert.InRange(told.At, Counts.Monday.AddDays(16), Counts.Monday.AddDays(17));
        Assert.EndsWith("is expected every day at 02:00 from here on.", told.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_told_is_not_told_again_by_a_model_that_is_read_back()
    {
        var counts = new Counts(14);
        var model = SeriesModel.Start(Counts.Quarter, Berlin);
        Counts.Teach(model, Counts.Monday, 21, b => counts.Overdispersed(Counts.Office(b, Berlin)));

        var again = SeriesModel.Load(model.Save(), Berlin);
        Counts.Teach(again, Counts.Monday.AddDays(21), 0.5, b => counts.Overdispersed(Counts.Office(b, Berlin)));

        Assert.Empty(again.Noticed);
    }
}
