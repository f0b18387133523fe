using Denywatch.Alerting;
using Denywatch.Alerting.Replay;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Features.Scoring;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Replay;

/// <summary>
/// Episodes that a trial brings up, as the alerts that they would be: those of the same flows are one, and what an alert
/// tells already joins it.
/// </summary>
public sealed class AppearingAlerts(
    Findings findings,
    FlowReading flows,
    IDbContextFactory<DenywatchDb> dbs,
    NpgsqlDataSource source
)
{
    /// <summary>From so many on, they ask about the same buckets again and again.</summary>
    private const int Many = 30;

    /// <param name="Flows">Those of its peak that belong to a carrier.</param>
    private sealed record Appearing(
        ScoredSeries Series,
        Episode Episode,
        string Title,
        Carriers Carriers,
        IReadOnlyList<FlowRow> Flows
    );

    /// <summary>Steps that <see cref="EffectsAsync"/> takes.</summary>
    public static int StepsFor(IEnumerable<(DueSeries Series, ReconciledEpisode Episode)> found) =>
        2 * found.Count(IsAppearing);

    /// <param name="found">What the trial changes, in the order in which it would be told.</param>
    /// <param name="counted">The flows that would count.</param>
    public async Task<List<AlertEffect>> EffectsAsync(
        IReadOnlyList<(DueSeries Series, ReconciledEpisode Episode)> found,
        CountedFlows counted,
        Steps steps,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(steps);
        var asked = found.Where(IsAppearing).Select(f => (f.Series, Now: f.Episode.Change.Now!)).ToList();
        if (asked.Count >= Many)
            counted = counted with { Memory = new() };
        // One time of day after the other: these are compared with the same buckets.
        var order = Enumerable
            .Range(0, asked.Count)
            .OrderBy(i => asked[i].Now.PeakBucket.TimeOfDay)
            .ThenBy(i => asked[i].Now.PeakBucket)
            .ToList();

        var appearing = new Appearing[asked.Count];
        foreach (var i in order)
        {
            appearing[i] = await AppearingAsync(ScoredSeries.Of(asked[i].Series), asked[i].Now, counted, ct);
            steps.Take();
        }
        var joins = new bool[asked.Count];
        foreach (var i in order)
        {
            joins[i] =
                await JoinsAsync(appearing.Take(i), appearing[i], counted, ct)
                || await JoinsToldAsync(DoneWith(found, appearing[i].Series.Id), appearing[i], counted, ct);
            steps.Take();
        }
        return [.. appearing.Where((_, i) => !joins[i]).Select(EffectOf)];
    }

    private static bool IsAppearing((DueSeries Series, ReconciledEpisode Episode) found) =>
        found.Episode.Change.Fate == EpisodeFate.Appears;

    private async Task<Appearing> AppearingAsync(
        ScoredSeries series,
        Episode now,
        CountedFlows counted,
        CancellationToken ct
    )
    {
        var finding = await findings.OfAsync(series, now.PeakBucket, now.Started, ct, counted);
        var carriers = Carriers.Of(finding.Excess);
        var (title, _) = finding.Told(now.PeakActual, now.PeakTypical);
        return new(series, now, title, carriers, carriers.Among(finding.Flows));
    }

    private static AlertEffect EffectOf(Appearing one) =>
        new(
            EpisodeFate.Appears,
            null,
            one.Title,
            one.Episode.Started,
            one.Episode.PeakActual,
            one.Episode.PeakActual,
            0,
            one.Episode.PeakScore,
            false
        );

    /// <summary>What would be told by then: the series before it, and its own.</summary>
    private static List<(DueSeries Series, ReconciledEpisode Episode)> DoneWith(
        IReadOnlyList<(DueSeries Series, ReconciledEpisode Episode)> found,
        int seriesId
    ) => [.. found.TakeWhile(f => f.Series.Id != seriesId), .. found.Where(f => f.Series.Id == seriesId)];

    private async Task<bool> JoinsAsync(
        IEnumerable<Appearing> earlier,
        Appearing one,
        CountedFlows counted,
        CancellationToken ct
    )
    {
        var (series, now) = (one.Series, one.Episode);
        var reach = Episodes.Gap * series.BucketSpan;
        foreach (var other in earlier.Where(o => o.Series.Id != series.Id))
        {
            if (other.Episode.Started > now.PeakBucket + reach || other.Episode.LastAbove < now.PeakBucket - reach)
                continue;
            if (await ShareFlowsAsync(one, other.Carriers, other.Series, counted, ct))
                return true;
        }
        return false;
    }

    private async Task<bool> JoinsToldAsync(
        IReadOnlyList<(DueSeries Series, ReconciledEpisode Episode)> earlier,
        Appearing one,
        CountedFlows counted,
        CancellationToken ct
    )
    {
        var (series, now) = (one.Series, one.Episode);
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var reach = Episodes.Gap * series.BucketSpan;
        var told = await EpisodeStore.OthersAsync(connection, series.Id, now.PeakBucket, reach, ct);
        foreach (var other in told.Concat(Returning(earlier, series.Id)))
        {
            var change = earlier
                .FirstOrDefault(f =>
                    f.Series.Id == other.SeriesId
                    && f.Episode.Rule.Id == other.RuleId
                    && f.Episode.Change.Known?.Episode.Started == other.Episode.Started
                )
                .Episode?.Change;
            var there = change is null ? other.Episode : change.Now;
            if (there is null || there.Started > now.PeakBucket + reach || there.LastAbove < now.PeakBucket - reach)
                continue;
            var alert = await db.Alerts.AsNoTracking().SingleAsync(a => a.Id == other.AlertId, ct);
            // Its evidence is found anew where its own episode changes, and an alert that is closed keeps its own.
            var own = earlier.FirstOrDefault(f =>
                f.Series.Id == alert.SeriesId
                && f.Episode.Change is { Now: not null, Known: { } k }
                && k.AlertId == alert.Id
            );
            var carriers =
                own.Episode?.Change.Now is { } retold
                && (alert.Status != AlertStatus.Closed || alert.CloseReason == CloseReason.Rescored)
                    ? await CarriersAsync(ScoredSeries.Of(own.Series), retold, counted, ct)
                    : AlertEvidence.Read(alert.Evidence)?.Carriers;
            if (carriers is null)
                continue;
            var owner = await db.Series.Include(s => s.Job).SingleAsync(s => s.Id == other.SeriesId, ct);
            if (await ShareFlowsAsync(one, carriers, ScoredSeries.Of(owner), counted, ct))
                return true;
        }
        return false;
    }

    /// <summary>What a re-score took away before, and is told again by then.</summary>
    private static IEnumerable<StoredEpisode> Returning(
        IEnumerable<(DueSeries Series, ReconciledEpisode Episode)> earlier,
        int besides
    ) =>
        earlier
            .Where(f =>
                f.Series.Id != besides
                && f.Episode.Change is { Fate: EpisodeFate.Returns, Known.AlertId: not KnownEpisode.Untold }
            )
            .Select(f => new StoredEpisode(
                f.Series.Id,
                f.Episode.Rule.Id,
                f.Episode.Change.Known!.AlertId,
                f.Episode.Change.Known.Episode
            ));

    private async Task<Carriers?> CarriersAsync(
        ScoredSeries series,
        Episode episode,
        CountedFlows counted,
        CancellationToken ct
    ) => Carriers.Of((await findings.OfAsync(series, episode.PeakBucket, episode.Started, ct, counted)).Excess);

    private async Task<bool> ShareFlowsAsync(
        Appearing one,
        Carriers carriers,
        ScoredSeries other,
        CountedFlows counted,
        CancellationToken ct
    )
    {
        var (mine, start) = (one.Series.FirewallId, one.Episode.PeakBucket);
        if (mine is not null && other.FirewallId is not null && mine != other.FirewallId)
            return false; // no flow is of two firewalls
        var until = start + one.Series.BucketSpan;
        var theirs = await flows.BetweenAsync(start, until, other.FirewallId, ct, other.Counted(counted));
        return Folding.BelongTogether(one.Flows, carriers.Among(theirs));
    }
}
