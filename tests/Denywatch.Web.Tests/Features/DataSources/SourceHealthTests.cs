using Denywatch.Traffic;
using Denywatch.Web.Features.DataSources;
using Denywatch.Web.Ui;

namespace Denywatch.Web.Tests.Features.DataSources;

public class SourceHealthTests
{
    private static readonly DateTimeOffset now = new(2026, 11, 3, 14, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(8, 0, LampState.Ok)]
    [InlineData(10, 0, LampState.Quiet)]
    // 99 of 100 lines come within 20 minutes: an hour is the bound.
    [InlineData(50, 20, LampState.Ok)]
    [InlineData(60, 20, LampState.Quiet)]
    public void A_source_is_quiet_within_ten_minutes_or_three_times_its_usual_gap(
        int silentMinutes,
        int gapMinutes,
        LampState state
    ) => Assert.Equal(state, After(silentMinutes, Sends(everyMinutes: gapMinutes)).State);

    [Fact]
    public void A_source_that_is_new_is_given_ten_minutes() =>
        Assert.Equal(
            new(LampState.Quiet, "No line for 15 min; it usually sends every few minutes at least."),
            After(15, SourceRhythm.Unknown)
        );

    [Fact]
    public void One_long_silence_among_thousands_of_lines_does_not_make_it_patient() =>
        Assert.Equal(
            LampState.Quiet,
            After(10, SourceRhythm.Of(100_000, [new(now.AddDays(-2).AddHours(-9), now.AddDays(-2).AddHours(-5))])).State
        );

    [Theory]
    [InlineData(1, 2, LampState.Ok)]
    // One day is an outage and no habit, and so is another time of day; a week ago is the same weekday.
    [InlineData(2, 2, LampState.Quiet)]
    [InlineData(7, 7, LampState.Ok)]
    public void Nobody_is_called_where_it_is_silent_at_this_time_on_other_days(int first, int last, LampState state)
    {
        var nights = Enumerable
            .Range(first, last - first + 1)
            .Select(day => new Silence(now.AddDays(-day).AddHours(-3), now.AddDays(-day).AddHours(3)))
            .ToList();

        Assert.Equal(state, After(60, SourceRhythm.Of(100_000, nights)).State);
        Assert.Equal(
            LampState.Quiet,
            SourceHealth.Of(now.AddHours(7), SourceRhythm.Of(100_000, nights), TimeSpan.Zero, now.AddHours(8)).State
        );
    }

    [Fact]
    public void Events_that_arrive_long_after_they_happened_are_late_until_they_come_much_sooner()
    {
        Assert.Equal(LampState.Late, Lagging(8, wasLate: false));
        Assert.Equal(LampState.Ok, Lagging(4, wasLate: false));
        Assert.Equal(LampState.Late, Lagging(4, wasLate: true));
        Assert.Equal(LampState.Ok, Lagging(2, wasLate: true));
    }

    [Fact]
    public void A_source_that_never_sent_says_so() =>
        Assert.Equal(LampState.Never, SourceHealth.Of(null, SourceRhythm.Unknown, TimeSpan.Zero, now).State);

    [Fact]
    public void In_a_month_of_the_demo_no_source_is_told_quiet_more_than_once_and_one_that_stops_is_told_in_time()
    {
        var generator = new TrafficGenerator(20260, Estate.Default, Incidents.ForMonth(now, 20260, Estate.Default));
        var arrivals = new Dictionary<string, List<DateTimeOffset>>(StringComparer.Ordinal);
        for (var slice = now.AddDays(-30); slice < now; slice += TimeSpan.FromMinutes(5))
        {
            foreach (var made in generator.Slice(slice))
            {
                if (!arrivals.TryGetValue(made.Event.Observer!, out var times))
                    arrivals[made.Event.Observer!] = times = [];
                times.Add(made.Event.Timestamp!.Value);
            }
        }

        Assert.Equal(5, arrivals.Count);
        foreach (var times in arrivals.Values)
        {
            Assert.InRange(FalseQuiets(times), 0, 1);

            var gaps = times.Zip(times.Skip(1), (from, to) => to - from).Order().ToList();
            var bound = Math.Max(10, 3 * gaps[(int)(0.99 * gaps.Count)].TotalMinutes);
            var stopped = times[^1];
            Assert.Equal(
                LampState.Quiet,
                SourceHealth
                    .Of(stopped, RhythmAt(times, times.Count - 1), TimeSpan.Zero, stopped.AddMinutes(bound))
                    .State
            );
        }
    }

    /// <summary>How often it would have been told quiet, learning as it goes.</summary>
    private static int FalseQuiets(List<DateTimeOffset> times)
    {
        var told = 0;
        for (var i = 1; i < times.Count; i++)
        {
            if (times[i] - times[i - 1] < SourceHealth.NeverQuietBefore)
                continue;
            var health = SourceHealth.Of(times[i - 1], RhythmAt(times, i - 1), TimeSpan.Zero, times[i]);
            told += health.State == LampState.Quiet ? 1 : 0;
        }
        return told;
    }

    private static SourceRhythm RhythmAt(List<DateTimeOffset> times, int last)
    {
        var since = times[last] - SourceRhythm.Learnt;
        var known = times.Take(last + 1).SkipWhile(at => at < since).ToList();
        return SourceRhythm.Of(
            known.Count,
            [
                .. known
                    .Zip(known.Skip(1), (from, to) => new Silence(from, to))
                    .Where(silence => silence.Length >= Denywatch.Storage.BatchStore.ShortestSilence),
            ]
        );
    }

    private static LampState Lagging(int minutes, bool wasLate) =>
        SourceHealth.Of(now, SourceRhythm.Unknown, TimeSpan.FromMinutes(minutes), now, wasLate).State;

    private static SourceHealth After(int silentMinutes, SourceRhythm rhythm) =>
        SourceHealth.Of(now.AddMinutes(-silentMinutes), rhythm, TimeSpan.Zero, now);

    private static SourceRhythm Sends(int everyMinutes) =>
        SourceRhythm.Of(
            500,
            everyMinutes == 0
                ? []
                :
                [
                    .. Enumerable
                        .Range(1, 400)
                        .Select(i => new Silence(
                            now.AddMinutes((-i - 1) * everyMinutes),
                            now.AddMinutes(-i * everyMinutes)
                        )),
                ]
        );
}
