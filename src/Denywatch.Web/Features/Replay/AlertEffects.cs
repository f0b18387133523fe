using Denywatch.Alerting;
using Denywatch.Alerting.Replay;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Scoring;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Replay;

/// <summary>What becomes of an alert, or of an episode that has none yet.</summary>
/// <param name="AlertId">Null for one that would appear.</param>
/// <param name="IsLost">It was closed as a true positive, and would vanish or lose more than half of its excess.</param>
public sealed record AlertEffect(
    EpisodeFate Fate,
    long? AlertId,
    string Title,
    DateTimeOffset Started,
    double ActualBefore,
    double ActualNow,
    double ScoreBefore,
    double ScoreNow,
    bool IsLost
);

/// <summary>What a trial on the past does to alerts, whatever is tried.</summary>
public sealed class AlertEffects(AppearingAlerts appearing, IDbContextFactory<DenywatchDb> dbs)
{
    /// <summary>Alerts and not episodes: what several series tell is one effect, told by the alert's own series where it can.</summary>
    /// <param name="found">What the trial changes, in the order in which it would be told.</param>
    /// <param name="counted">The flows that would count.</param>
    /// <param name="steps">As many as <see cref="AppearingAlerts.StepsFor"/> says.</param>
    public async Task<List<AlertEffect>> OfAsync(
        IReadOnlyList<(DueSeries Series, ReconciledEpisode Episode)> found,
        CountedFlows counted,
        Steps steps,
        CancellationToken ct
    )
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var ids = found
            .Where(f => f.Episode.Change.Known is not null)
            .Select(f => f.Episode.Change.Known!.AlertId)
            .ToHashSet();
        var alerts = await db.Alerts.AsNoTracking().Where(alert => ids.Contains(alert.Id)).ToListAsync(ct);
        await db.Database.OpenConnectionAsync(ct);
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        List<AlertEffect> effects = [];
        foreach (var alert in alerts)
        {
            var mine = found.Where(f => f.Episode.Change.Known?.AlertId == alert.Id).ToList();
            var told = await EpisodeStore.AllStandingAsync(connection, alert.Id, alert.SeriesId, ct);
            // An alert that nobody tells any more is told by the first that comes back.
            var own = (
                told.Count == 0
                    ? mine[0]
                    : mine.Find(f => f.Series.Id == alert.SeriesId && f.Episode.Rule.Id == alert.RuleId)
            ).Episode;
            var gone = mine.Count(f => f.Episode.Change.Fate == EpisodeFate.Vanishes);
            var fate = (own ?? mine[0].Episode).Change.Fate;
            if (fate == EpisodeFate.Vanishes && gone < told.Count)
                fate = EpisodeFate.Changes;
            else if (own is null && (fate != EpisodeFate.Returns || told.Exists(one => IsOwn(alert, one))))
                continue; // another series tells it differently, its own as before

            var now =
                (own ?? mine[0].Episode).Change.Now
                ?? mine.Select(f => f.Episode.Change.Now).FirstOrDefault(n => n is not null)
                ?? told.Find(one => !mine.Exists(f => Tells(f, one)))?.Episode;
            effects.Add(EffectOf(alert, fate, now));
        }
        effects.AddRange(await appearing.EffectsAsync(found, counted, steps, ct));
        return [.. effects.OrderByDescending(e => e.IsLost).ThenByDescending(e => e.Started)];
    }

    private static AlertEffect EffectOf(Alert alert, EpisodeFate fate, Episode? now)
    {
        var excess = Math.Max(0, alert.Actual - alert.Typical);
        var left = now is null ? 0 : Math.Max(0, now.PeakActual - now.PeakTypical);
        var isConfirmed = alert is { Status: AlertStatus.Closed, CloseReason: CloseReason.TruePositive };
        return new(
            fate,
            alert.Id,
            alert.Title,
            now?.Started ?? alert.StartedAt,
            alert.Actual,
            now?.PeakActual ?? 0,
            alert.PeakScore,
            now?.PeakScore ?? 0,
            isConfirmed && (fate == EpisodeFate.Vanishes || left < excess / 2)
        );
    }

    private static bool IsOwn(Alert alert, StoredEpisode one) =>
        one.SeriesId == alert.SeriesId && one.RuleId == alert.RuleId;

    private static bool Tells((DueSeries Series, ReconciledEpisode Episode) changed, StoredEpisode one) =>
        changed.Series.Id == one.SeriesId
        && changed.Episode.Rule.Id == one.RuleId
        && changed.Episode.Change.Known?.Episode.Started == one.Episode.Started;
}
