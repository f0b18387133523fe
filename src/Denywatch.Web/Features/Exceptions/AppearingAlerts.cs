using Denywatch.Alerting;
using Denywatch.Alerting.Replay;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Features.Scoring;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Exceptions;

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
    private sealed record Appearing(ScoredSeries Series, Episode Episode, Carriers Carriers);

    /// <param name="found">What the trial changes, in the order in which it would be told.</param>
    /// <param name="counted">The flows that would count.</param>
    public async Task<List<AlertEffect>> EffectsAsync(
        IReadOnlyList<(DueSeries Series, ReconciledEpisode Episode)> found,
        CountedFlows counted,
        CancellationToken ct
    )
    {
        List<Appearing> appearing = [];
        List<AlertEffect> effects = [];
        foreach (var (due, episode) in found.Where(f => f.Episode.Change.Fate == EpisodeFate.Appears))
        {
            var (series, now) = (ScoredSeries.Of(due), episode.Change.Now!);
            var finding = await findings.OfAsync(series, now.PeakBucket, now.Started, ct, counted);
            var carriers = Carriers.Of(finding.Excess);
            var mine = carriers.Among(finding.Flows);
            var isNew =
                !await JoinsAsync(appearing, mine, series, now, counted, ct)
                && !await JoinsToldAsync(DoneWith(found, due.Id), mine, series, now, counted, ct);
            appearing.Add(new(series, now, carriers));
            if (!isNew)
                continue;
            effects.Add(
                new(
                    EpisodeFate.Appears,
                    null,
                    Sentences.Title(finding.Excess, finding.Cause),
                    now.Started,
                    now.PeakActual,
                    now.PeakActual,
                    0,
                    now.PeakScore,
                    false
                )
            );
        }
        return effects;
    }

    /// <summary>What would be told by then: the series before it, and its own.</summary>
    private static List<(DueSeries Series, ReconciledEpisode Episode)> DoneWith(
        IReadOnlyList<(DueSeries Series, ReconciledEpisode Episode)> found,
        int seriesId
    ) => [.. found.TakeWhile(f => f.Series.Id != seriesId), .. found.Where(f => f.Series.Id == seriesId)];

    private async Task<bool> JoinsAsync(
        List<Appearing> earlier,
        IReadOnlyList<FlowRow> mine,
        ScoredSeries series,
        Episode now,
        CountedFlows counted,
        CancellationToken ct
    )
    {
        var reach = Episodes.Gap * series.BucketSpan;
        foreach (var other in earlier.Where(o => o.Series.Id != series.Id))
        {
            if (other.Episode.Started > now.PeakBucket + reach || other.Episode.LastAbove < now.PeakBucket - reach)
                continue;
            if (await ShareFlowsAsync(mine, other.Carriers, other.Series.FirewallId, series, now, counted, ct))
                return true;
        }
        return false;
    }

    private async Task<bool> JoinsToldAsync(
        IReadOnlyList<(DueSeries Series, ReconciledEpisode Episode)> earlier,
        IReadOnlyList<FlowRow> mine,
        ScoredSeries series,
        Episode now,
        CountedFlows counted,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var reach = Episodes.Gap * series.BucketSpan;
        foreach (var other in await EpisodeStore.OthersAsync(connection, series.Id, now.PeakBucket, reach, ct))
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
                own.Episode?.Change.Now is { } retold && alert.Status != AlertStatus.Closed
                    ? await CarriersAsync(ScoredSeries.Of(own.Series), retold, counted, ct)
                    : AlertEvidence.Read(alert.Evidence)?.Carriers;
            if (carriers is null)
                continue;
            var firewall = await db.Series.Where(s => s.Id == other.SeriesId).Select(s => s.FirewallId).SingleAsync(ct);
            if (await ShareFlowsAsync(mine, carriers, firewall, series, now, counted, ct))
                return true;
        }
        return false;
    }

    private async Task<Carriers?> CarriersAsync(
        ScoredSeries series,
        Episode episode,
        CountedFlows counted,
        CancellationToken ct
    ) => Carriers.Of((await findings.OfAsync(series, episode.PeakBucket, episode.Started, ct, counted)).Excess);

    private async Task<bool> ShareFlowsAsync(
        IReadOnlyList<FlowRow> mine,
        Carriers carriers,
        int? firewallId,
        ScoredSeries series,
        Episode now,
        CountedFlows counted,
        CancellationToken ct
    )
    {
        var end = now.PeakBucket + series.BucketSpan;
        var theirs = await flows.BetweenAsync(now.PeakBucket, end, firewallId, ct, counted);
        return Folding.BelongTogether(mine, carriers.Among(theirs));
    }
}
