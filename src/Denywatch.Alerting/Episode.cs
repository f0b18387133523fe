using System.Globalization;
using System.Text.Json.Serialization;
using Denywatch.Detection;

namespace Denywatch.Alerting;

/// <summary>When a rule's records alert.</summary>
/// <param name="Threshold">Record score to reach, on the scale of <paramref name="Sensitivity"/>.</param>
/// <param name="Floor">Count to reach; where few are odd, the typical count.</param>
/// <param name="MinimumExcess">Denies above typical to reach; below it where few are odd.</param>
/// <param name="Ratio">Times typical to reach, or to fall below it where few are odd; 0 asks for none.</param>
/// <param name="Duration">Buckets in a row that must reach all of it by their own counts, 1 to <see cref="LongestDuration"/>.</param>
/// <param name="Sensitivity">False alarms a year that score 75 stands for, <see cref="LeastSensitivity"/> to
/// <see cref="MostSensitivity"/>, over all series of the rule.</param>
public sealed record RuleSettings(
    double Threshold = RecordScore.Critical,
    double Floor = 0,
    double MinimumExcess = 0,
    double Ratio = 0,
    int Duration = 1,
    double Sensitivity = Detection.Sensitivity.UsualPerYear
)
{
    public const double MostRatio = 1000;
    public const int LongestDuration = 12;
    public const double LeastSensitivity = 0.01;
    public const double MostSensitivity = 1000;

    /// <summary>Alerts never, as a rule that is off.</summary>
    public static readonly RuleSettings Never = new(double.PositiveInfinity);

    /// <summary>Record score to reach, on the scale on which records are scored and stored.</summary>
    [JsonIgnore]
    public double Line => Detection.Sensitivity.LineOf(Threshold, Sensitivity);

    /// <summary>What is wrong with it, as a sentence; null where nothing is.</summary>
    [JsonIgnore]
    public string? Problem =>
        Threshold is not (>= RecordScore.Warning and <= 100) ? $"A record score goes from {RecordScore.Warning} to 100."
        : !(Floor >= 0 && MinimumExcess >= 0) ? "Denies are not below zero."
        : Ratio is not (>= 0 and <= MostRatio) ? $"Times typical go from 0, which asks for none, to {MostRatio}."
        : Duration is not (>= 1 and <= LongestDuration) ? $"An excess lasts 1 to {LongestDuration} buckets in a row."
        : Sensitivity is not (>= LeastSensitivity and <= MostSensitivity)
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"A sensitivity goes from {LeastSensitivity} to {MostSensitivity} false alarms a year."
            )
        : null;

    /// <summary>
    /// Whether a bucket is one of the <see cref="Duration"/> in a row that alert: above the line, and by its own count above the
    /// 95 % band where there must be several. A score looks at sums with the buckets before, too, so one spike alone would last.
    /// </summary>
    public bool LastsIn(in AnomalyRecord record) =>
        IsMetBy(record)
        && (Duration == 1 || (record.IsLow ? record.Actual < record.Lower : record.Actual > record.Upper));

    /// <summary>Whether a bucket is above the line.</summary>
    public bool IsMetBy(in AnomalyRecord record) =>
        record is { IsLearning: false, Actual: { } actual }
        && (record.IsLow ? record.Typical : actual) >= Floor
        && record.Excess >= MinimumExcess
        && (record.IsLow ? record.Typical >= Ratio * actual : actual >= Ratio * record.Typical)
        && record.Score >= Line;
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
    /// <param name="before">Records of the buckets before it, in order of time; the <see cref="RuleSettings.Duration"/> - 1
    /// last ones decide whether an episode starts. A bucket without one, or without counts, is none that was above.</param>
    /// <param name="span">Bucket span.</param>
    /// <param name="isFinal">The bucket is closed. An interim record may start or extend an episode, never end one: its
    /// count still grows.</param>
    public static EpisodeDecision Decide(
        Episode? open,
        IReadOnlyList<AnomalyRecord> before,
        in AnomalyRecord record,
        RuleSettings rule,
        TimeSpan span,
        bool isFinal
    )
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(rule);
        if (open is null)
            return rule.LastsIn(record) && Lasting(before, record.Bucket, rule, span, back: true) >= rule.Duration - 1
                ? new(EpisodeStep.Start, Begin(before, rule.Duration - 1, record), true)
                : default;

        // A record older than the episode is late data: the first one decides where the episode begins.
        if (rule.IsMetBy(record))
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
        List<AnomalyRecord> before = [];
        Episode? open = null;
        foreach (var record in records)
        {
            if (open is not null && rule.IsMetBy(record) && (record.Bucket - open.LastAbove) / span > Gap + 1)
            {
                all.Add(open with { Ended = open.LastAbove + span });
                open = null;
            }
            var decision = Decide(open, before, record, rule, span, isFinal: true);
            if (decision.Step == EpisodeStep.End)
                all.Add(decision.Episode!);
            open = decision.Step == EpisodeStep.End ? null : decision.Episode;
            if (before.Count == RuleSettings.LongestDuration)
                before.RemoveAt(0);
            before.Add(record);
        }
        if (open is not null)
            all.Add(open);
        return all;
    }

    /// <summary>How many buckets in a row last, the given one among them; 0 where it does not.</summary>
    /// <param name="records">In order of time.</param>
    public static int RunAt(
        IReadOnlyList<AnomalyRecord> records,
        DateTimeOffset bucket,
        RuleSettings rule,
        TimeSpan span
    )
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(rule);
        List<AnomalyRecord> upTo = [.. records.TakeWhile(record => record.Bucket <= bucket)];
        var back = Lasting(upTo, bucket + span, rule, span, back: true);
        return back == 0 ? 0 : back + Lasting([.. records.Skip(upTo.Count)], bucket, rule, span, back: false);
    }

    /// <summary>How many buckets without a gap before or after a bucket last.</summary>
    private static int Lasting(
        IReadOnlyList<AnomalyRecord> records,
        DateTimeOffset bucket,
        RuleSettings rule,
        TimeSpan span,
        bool back
    )
    {
        var found = 0;
        while (found < records.Count)
        {
            var (record, away) = back ? (records[^(found + 1)], -span) : (records[found], span);
            if (record.Bucket != bucket + (found + 1) * away || !rule.LastsIn(record))
                break;
            found++;
        }
        return found;
    }

    private static Episode Begin(IReadOnlyList<AnomalyRecord> before, int earlier, in AnomalyRecord record)
    {
        var episode = BeginAt(record);
        for (var back = 1; back <= earlier; back++)
            episode = Extend(episode, before[^back]).Episode!;
        return episode;
    }

    private static Episode BeginAt(in AnomalyRecord record) =>
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
