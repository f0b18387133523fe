using System.Text.Json.Serialization;
using Denywatch.Detection;

namespace Denywatch.Alerting;

/// <summary>When a rule's records alert.</summary>
/// <param name="Threshold">Record score to reach.</param>
/// <param name="Floor">Count to reach.</param>
/// <param name="MinimumExcess">Denies above typical to reach.</param>
/// <param name="Ratio">Times typical to reach; 0 asks for none.</param>
public sealed record RuleSettings(
    double Threshold = RecordScore.Critical,
    double Floor = 0,
    double MinimumExcess = 0,
    double Ratio = 0
)
{
    public bool IsMetBy(in AnomalyRecord record) =>
        record is { IsLearning: false, Actual: { } actual }
        && record.Score >= Threshold
        && actual >= Floor
        && actual - record.Typical >= MinimumExcess
        && actual >= Ratio * record.Typical;
}

/// <summary>Why an episode ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EndReason>))]
public enum EndReason
{
    /// <summary>More than four buckets in a row stayed below the line.</summary>
    Subsided,

    /// <summary>The counts stayed, and the model has taken them as normal.</summary>
    NewLevel,

    /// <summary>No line of any verdict came in since.</summary>
    SourceQuiet,

    /// <summary>An exception or a maintenance window took the traffic away.</summary>
    Excepted,
}

/// <summary>A stretch of buckets above the line: what an alert is about. Immutable; decisions give the next one.</summary>
/// <param name="Started">Start of the first bucket above the line.</param>
/// <param name="LastAbove">Start of the last bucket above the line.</param>
/// <param name="PeakActual">Count of the bucket with the highest score.</param>
/// <param name="Ended">End of the last bucket above the line, once it is over.</param>
public sealed record Episode(
    DateTimeOffset Started,
    DateTimeOffset LastAbove,
    DateTimeOffset PeakBucket,
    double PeakScore,
    double PeakActual,
    double PeakTypical,
    DateTimeOffset? Ended = null,
    EndReason? Reason = null
);

public enum EpisodeStep
{
    None,
    Start,
    Extend,
    End,
}

/// <summary>What a record does to an episode.</summary>
/// <param name="Episode">The episode after it; null where there is none.</param>
/// <param name="IsNewPeak">The record is the highest so far.</param>
public readonly record struct EpisodeDecision(EpisodeStep Step, Episode? Episode, bool IsNewPeak = false);

/// <summary>The rules of episodes: pure, with time and settings as arguments.</summary>
public static class Episodes
{
    /// <summary>Buckets below the line that an episode bridges.</summary>
    public const int Gap = 4;

    /// <summary>What a record does to the open episode of its series and rule.</summary>
    /// <param name="open">The open episode, or null.</param>
    /// <param name="span">Bucket span.</param>
    /// <param name="isFinal">The bucket is closed. An interim record may start or extend an episode, never end one: its
    /// count still grows.</param>
    public static EpisodeDecision Decide(
        Episode? open,
        in AnomalyRecord record,
        RuleSettings rule,
        TimeSpan span,
        bool isFinal
    )
    {
        ArgumentNullException.ThrowIfNull(rule);
        var isAbove = rule.IsMetBy(record);
        if (open is null)
            return isAbove ? new(EpisodeStep.Start, Begin(record), true) : default;

        // A record older than the episode is late data: the first one decides where the episode begins.
        if (isAbove)
            return Extend(open, record);

        var below = (record.Bucket - open.LastAbove) / span;
        if (!isFinal || below <= Gap)
            return new(EpisodeStep.None, open);

        return new(EpisodeStep.End, open with { Ended = open.LastAbove + span, Reason = ReasonOf(open, record) });
    }

    /// <summary>The episodes of a series under a rule, oldest first; the last may go on.</summary>
    /// <param name="records">In order of time. Those below the line may be left out, but then no episode but the last says
    /// why it ended.</param>
    public static IReadOnlyList<Episode> Of(IEnumerable<AnomalyRecord> records, RuleSettings rule, TimeSpan span)
    {
        ArgumentNullException.ThrowIfNull(records);
        List<Episode> all = [];
        Episode? open = null;
        foreach (var record in records)
        {
            if (open is not null && rule.IsMetBy(record) && (record.Bucket - open.LastAbove) / span > Gap + 1)
            {
                all.Add(open with { Ended = open.LastAbove + span });
                open = null;
            }
            var decision = Decide(open, record, rule, span, isFinal: true);
            if (decision.Step == EpisodeStep.End)
                all.Add(decision.Episode!);
            open = decision.Step == EpisodeStep.End ? null : decision.Episode;
        }
        if (open is not null)
            all.Add(open);
        return all;
    }

    private static Episode Begin(in AnomalyRecord record) =>
        new(record.Bucket, record.Bucket, record.Bucket, record.Score, record.Actual ?? 0, record.Typical);

    private static EpisodeDecision Extend(Episode open, in AnomalyRecord record)
    {
        // The same bucket is looked at again and again while it is open: its count grows, and an exception lets it fall, so
        // the last look counts.
        var isPeak =
            record.Score > open.PeakScore
            || record.Score == open.PeakScore && record.Actual > open.PeakActual
            || record.Bucket == open.PeakBucket && record.Actual != open.PeakActual;
        var extended = open with
        {
            Started = record.Bucket < open.Started ? record.Bucket : open.Started,
            LastAbove = record.Bucket > open.LastAbove ? record.Bucket : open.LastAbove,
        };
        if (isPeak)
        {
            extended = extended with
            {
                PeakBucket = record.Bucket,
                PeakScore = record.Score,
                PeakActual = record.Actual ?? 0,
                PeakTypical = record.Typical,
            };
        }

        return extended == open ? new(EpisodeStep.None, open) : new(EpisodeStep.Extend, extended, isPeak);
    }

    private static EndReason ReasonOf(Episode open, in AnomalyRecord record)
    {
        if (record.Actual is not { } actual)
            return EndReason.SourceQuiet;

        var halfway = (open.PeakActual + open.PeakTypical) / 2;
        return record.Typical >= halfway && actual >= halfway ? EndReason.NewLevel : EndReason.Subsided;
    }
}
