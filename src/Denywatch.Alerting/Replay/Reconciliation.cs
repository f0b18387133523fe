namespace Denywatch.Alerting.Replay;

/// <summary>An episode that an alert tells of.</summary>
/// <param name="AlertId"><see cref="Untold"/> for one that was above the line and had no alert, as while the rule was off:
/// it is known only once it has vanished, so that it comes back untold.</param>
/// <param name="IsVanished">A re-score took it below the line before; it may come back.</param>
public sealed record KnownEpisode(long AlertId, Episode Episode, bool IsVanished = false)
{
    public const long Untold = 0;
}

/// <summary>What a re-score does to an episode.</summary>
public enum EpisodeFate
{
    /// <summary>Below the line now.</summary>
    Vanishes,

    /// <summary>Above the line now, and told by no alert yet.</summary>
    Appears,

    /// <summary>Above the line again, and its alert is there.</summary>
    Returns,

    /// <summary>Told by an alert, with other numbers or times.</summary>
    Changes,
}

/// <summary>One episode's fate.</summary>
/// <param name="Known">Null for one that appears.</param>
/// <param name="Now">Null for one that vanishes.</param>
public sealed record EpisodeChange(EpisodeFate Fate, KnownEpisode? Known, Episode? Now);

/// <summary>
/// Brings what alerts say into line with records that changed: the one place that decides what late data, an exception, a
/// verdict or another rule setting does to the past, when it is tried and when it is saved.
/// </summary>
public static class Reconciliation
{
    /// <param name="before">Episodes of the records as they were, by <see cref="Episodes.Of"/>.</param>
    /// <param name="after">Episodes of the records as they are.</param>
    /// <param name="known">Episodes that alerts tell of, of the same series, rule and stretch of time.</param>
    /// <param name="until">Start of the first bucket that is not closed.</param>
    /// <param name="span">Bucket span.</param>
    /// <param name="isOpenAbove">A bucket that is not closed is above the line: a known episode that reaches it goes on.
    /// Counts of open buckets fall only by an exception and the like.</param>
    /// <returns>What changes, in order of time. An episode that was above the line before and told by no alert, as while the
    /// rule was off, stays untold.</returns>
    public static IReadOnlyList<EpisodeChange> Of(
        IReadOnlyList<Episode> before,
        IReadOnlyList<Episode> after,
        IReadOnlyList<KnownEpisode> known,
        DateTimeOffset until,
        TimeSpan span,
        bool isOpenAbove
    )
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        ArgumentNullException.ThrowIfNull(known);
        bool GoesOn(KnownEpisode one) => isOpenAbove && one.Episode.LastAbove >= until;
        List<EpisodeChange> changes = [];
        var tellers = TellersOf(after, known, span);
        foreach (var now in after)
        {
            if (tellers.TryGetValue(now, out var teller))
            {
                if (teller.IsVanished)
                    changes.Add(new(EpisodeFate.Returns, teller, now));
                else if (
                    (GoesOn(teller) ? Reaching(teller, now, until) : now) is var whole
                    && !IsSame(whole, teller.Episode)
                )
                    changes.Add(new(EpisodeFate.Changes, teller, whole));
            }
            else if (known.Any(k => Touches(k.Episode, now, span)) || !before.Any(old => Touches(old, now, span)))
            {
                changes.Add(new(EpisodeFate.Appears, null, now));
            }
        }

        foreach (var left in known.Except(tellers.Values))
        {
            var wasAbove = left.Episode.LastAbove >= until || before.Any(old => Touches(old, left.Episode, span));
            if (!left.IsVanished && wasAbove && !GoesOn(left))
                changes.Add(new(EpisodeFate.Vanishes, left, null));
        }
        foreach (
            var untold in before.Where(old =>
                !after.Concat(known.Select(k => k.Episode)).Any(e => Touches(e, old, span))
            )
        )
            changes.Add(new(EpisodeFate.Vanishes, new(KnownEpisode.Untold, untold), null));
        return [.. changes.OrderBy(change => (change.Now ?? change.Known!.Episode).Started)];
    }

    /// <summary>Which known episode goes on telling which new one: the one with the same start, else the one with most in common.</summary>
    private static Dictionary<Episode, KnownEpisode> TellersOf(
        IReadOnlyList<Episode> after,
        IReadOnlyList<KnownEpisode> known,
        TimeSpan span
    )
    {
        var tellers = new Dictionary<Episode, KnownEpisode>();
        foreach (var now in after)
        {
            if (known.FirstOrDefault(k => k.Episode.Started == now.Started) is { } same)
                tellers.Add(now, same);
        }
        foreach (var now in after.Where(now => !tellers.ContainsKey(now)))
        {
            var nearest = known
                .Where(k => Touches(k.Episode, now, span) && !tellers.ContainsValue(k))
                .MaxBy(k => Min(k.Episode.LastAbove, now.LastAbove) - Max(k.Episode.Started, now.Started));
            if (nearest is not null)
                tellers.Add(now, nearest);
        }
        return tellers;
    }

    /// <summary>The new past of an episode that an open bucket keeps going.</summary>
    private static Episode Reaching(KnownEpisode known, Episode now, DateTimeOffset until)
    {
        var peaksOpen = known.Episode.PeakBucket >= until && known.Episode.PeakScore >= now.PeakScore;
        return (peaksOpen ? known.Episode with { Started = now.Started } : now) with
        {
            LastAbove = known.Episode.LastAbove,
            Ended = null,
            Reason = null,
        };
    }

    private static bool Touches(Episode a, Episode b, TimeSpan span)
    {
        var reach = (Episodes.Gap + 1) * span;
        return a.Started <= b.LastAbove + reach && b.Started <= a.LastAbove + reach;
    }

    private static bool IsSame(Episode a, Episode b) =>
        (a.Started, a.LastAbove, a.PeakBucket) == (b.Started, b.LastAbove, b.PeakBucket)
        && Math.Abs(a.PeakScore - b.PeakScore) < 0.5
        && Math.Abs(a.PeakActual - b.PeakActual) < 0.5;

    private static DateTimeOffset Min(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
