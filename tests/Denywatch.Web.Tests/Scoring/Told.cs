using Denywatch.Alerting.Replay;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Replay;

namespace Denywatch.Web.Tests.Scoring;

/// <summary>Compares alerts before and after the past was scored again.</summary>
internal static class Told
{
    public static bool IsAsSaid(AlertEffect effect, List<Alert> after) =>
        effect.Fate switch
        {
            EpisodeFate.Appears => after.Exists(a =>
                a.StartedAt == effect.Started && Math.Abs(a.Actual - effect.ActualNow) < 0.5
            ),
            EpisodeFate.Vanishes => after.Single(a => a.Id == effect.AlertId).CloseReason == CloseReason.Rescored,
            _ => after.Single(a => a.Id == effect.AlertId) is var alert
                && alert.Status == AlertStatus.Open
                && Math.Abs(alert.Actual - effect.ActualNow) < 0.5
                && Math.Abs(alert.PeakScore - effect.ScoreNow) < 0.5
                && alert.StartedAt == effect.Started,
        };

    public static string Standing(Alert a) =>
        $"{a.Id} {a.Status} {a.CloseReason} {a.StartedAt:O} {a.LastBucket:O} {a.Actual:0} {a.Typical:0.00} {a.PeakScore:0.0} {a.Excess:0} {a.EndedAt:O} {a.Title}";

    /// <summary>What is expected moves a little with the past; what was counted, and when, does not.</summary>
    public static string Numbers(Alert a) =>
        $"{a.Id} {a.Status} {a.CloseReason} {a.StartedAt:O} {a.LastBucket:O} {a.Actual:0} {a.PeakScore:0} {a.EndedAt:O}";
}
