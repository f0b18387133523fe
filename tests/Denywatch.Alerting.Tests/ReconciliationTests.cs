using Denywatch.Alerting;
using Denywatch.Alerting.Replay;

namespace Denywatch.Alerting.Tests;

public sealed class ReconciliationTests
{
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(15);
    private static readonly DateTimeOffset Start = new(2026, 11, 2, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Until = At(1000);

    [Fact]
    public void What_stays_as_it_was_changes_nothing()
    {
        var episode = Of(10, 12);

        Assert.Empty(Reconcile([episode], [episode], [new(1, episode)]));
    }

    [Fact]
    public void An_episode_below_the_line_vanishes_and_comes_back_to_its_own_alert()
    {
        var (episode, alert) = (Of(10, 12), new KnownEpisode(7, Of(10, 12)));

        var gone = Assert.Single(Reconcile([episode], [], [alert]));
        var back = Assert.Single(Reconcile([], [episode], [alert with { IsVanished = true }]));

        Assert.Equal((EpisodeFate.Vanishes, 7L), (gone.Fate, gone.Known!.AlertId));
        Assert.Equal((EpisodeFate.Returns, 7L, episode), (back.Fate, back.Known!.AlertId, back.Now));
    }

    [Fact]
    public void An_episode_that_nobody_was_told_of_stays_untold_also_when_it_vanishes_and_comes_back()
    {
        var episode = Of(10, 12);

        Assert.Empty(Reconcile([episode], [episode with { PeakActual = 9 }], []));
        var gone = Assert.Single(Reconcile([episode], [], []));
        var back = Assert.Single(Reconcile([], [episode], [gone.Known! with { IsVanished = true }]));

        Assert.Equal((EpisodeFate.Vanishes, KnownEpisode.Untold), (gone.Fate, gone.Known!.AlertId));
        Assert.Equal((EpisodeFate.Returns, KnownEpisode.Untold), (back.Fate, back.Known!.AlertId));
    }

    [Fact]
    public void One_that_falls_apart_goes_on_in_the_part_that_began_with_it_and_the_other_part_appears()
    {
        var (first, second) = (Of(10, 12), Of(30, 33));

        var changes = Reconcile([Of(10, 33)], [first, second], [new(1, Of(10, 33))]);

        Assert.Equal(
            [(EpisodeFate.Changes, first), (EpisodeFate.Appears, second)],
            changes.Select(change => (change.Fate, change.Now!))
        );
    }

    [Fact]
    public void Two_that_late_data_joins_are_told_by_the_first_and_the_second_vanishes()
    {
        var changes = Reconcile([Of(10, 12), Of(20, 22)], [Of(10, 22)], [new(1, Of(10, 12)), new(2, Of(20, 22))]);

        Assert.Equal(
            [(EpisodeFate.Changes, 1L), (EpisodeFate.Vanishes, 2L)],
            changes.Select(change => (change.Fate, change.Known!.AlertId))
        );
    }

    [Fact]
    public void What_an_open_bucket_keeps_going_does_not_vanish_with_its_closed_past()
    {
        var going = Of(998, 1000);

        Assert.Empty(Reconcile([Of(998, 999)], [], [new(1, going)]));
        var change = Assert.Single(Reconcile([Of(998, 999)], [Of(999, 999)], [new(1, going)]));
        Assert.Equal((At(999), At(1000), null), (change.Now!.Started, change.Now.LastAbove, change.Now.Ended));
    }

    [Fact]
    public void One_that_reached_an_open_bucket_vanishes_when_that_bucket_falls_below_the_line_too()
    {
        var (going, alone) = (Of(998, 1000), Of(1000, 1000));

        var gone = Assert.Single(Reconcile([Of(998, 999)], [], [new(1, going)], isOpenAbove: false));
        var never = Assert.Single(Reconcile([], [], [new(2, alone)], isOpenAbove: false));
        var shorter = Assert.Single(Reconcile([Of(998, 999)], [Of(998, 999)], [new(1, going)], isOpenAbove: false));

        Assert.Equal((EpisodeFate.Vanishes, 1L), (gone.Fate, gone.Known!.AlertId));
        Assert.Equal((EpisodeFate.Vanishes, 2L), (never.Fate, never.Known!.AlertId));
        Assert.Equal((EpisodeFate.Changes, At(999)), (shorter.Fate, shorter.Now!.LastAbove));
        Assert.Empty(Reconcile([], [], [new(2, alone)]));
    }

    private static IReadOnlyList<EpisodeChange> Reconcile(
        Episode[] before,
        Episode[] after,
        KnownEpisode[] known,
        bool isOpenAbove = true
    ) => Reconciliation.Of(before, after, known, Until, Span, isOpenAbove);

    private static DateTimeOffset At(int bucket) => Start + (bucket * Span);

    private static Episode Of(int first, int last) => new(At(first), At(last), At(first), 90, 500, 20, At(last + 1));
}
