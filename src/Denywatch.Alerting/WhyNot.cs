using System.Globalization;
using System.Text.Json.Serialization;
using Denywatch.Detection;

namespace Denywatch.Alerting;

/// <summary>What kept a bucket from alerting, or an alert from being noticed.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WhyNotKind>))]
public enum WhyNotKind
{
    /// <summary>No result is there: not scored yet, or nothing to score.</summary>
    Unscored,

    /// <summary>No counts came in.</summary>
    Missing,

    /// <summary>Too little history for a score.</summary>
    Learning,

    /// <summary>The rule was off.</summary>
    RuleOff,

    /// <summary>The record score is below the rule's threshold.</summary>
    Score,

    /// <summary>The count is below the rule's floor.</summary>
    Floor,

    /// <summary>Actual minus typical is below the rule's minimum excess.</summary>
    Excess,

    /// <summary>Actual over typical is below the rule's ratio.</summary>
    Ratio,

    /// <summary>It was above the rule's line, and not for as many buckets in a row as the rule asks for.</summary>
    Duration,

    /// <summary>Traffic was left out of the count.</summary>
    Subtracted,

    /// <summary>It was above the line until it was scored again.</summary>
    Rescored,

    /// <summary>It was found when the past was learnt, more than a day later: a finding, not an alert.</summary>
    Finding,

    /// <summary>It reaches what the rule asks for now, and asked for more then.</summary>
    RuleChanged,

    /// <summary>There is an alert, and nobody was notified: it was found late.</summary>
    FoundLate,

    /// <summary>There is an alert, as one of many under a storm.</summary>
    Storm,
}

/// <summary>One reason, and how far the bucket was from passing it.</summary>
/// <param name="Sentence">With the numbers; times in UTC.</param>
/// <param name="Reached">What the bucket had, in the kind's unit: score, denies, denies above typical, times typical,
/// buckets in a row, comparable buckets; the score with what was left out. Null where there is no distance.</param>
/// <param name="Asked">What it had to have.</param>
/// <param name="More">Denies that were missing for it; null where denies are not what was missing, or nothing can say.</param>
public sealed record WhyNotReason(
    WhyNotKind Kind,
    string Sentence,
    double? Reached = null,
    double? Asked = null,
    long? More = null
);

/// <summary>Says why a bucket did not alert. Pure: what was decided when it was scored is decided here again, with reasons.</summary>
public static class WhyNot
{
    private static readonly TimeSpan FoundLateAfter = TimeSpan.FromDays(1);

    /// <returns>The decisive reason first, then what else stood in the way. Of a bucket that an alert tells, only what kept
    /// the alert from being noticed.</returns>
    public static IReadOnlyList<WhyNotReason> Of(WhyNotBucket bucket, WhyNotRule rule)
    {
        ArgumentNullException.ThrowIfNull(bucket);
        ArgumentNullException.ThrowIfNull(rule);
        if (rule.Alert is { IsVanished: false } alert)
            return [.. OfAlert(alert)];
        if (bucket.Record is not { } record)
            return [new(WhyNotKind.Unscored, bucket.Unscored ?? "It is not scored yet.")];

        var below = record switch
        {
            { Actual: null } => [new(WhyNotKind.Missing, MissingText(bucket))],
            { IsLearning: true } => [LearningOf(bucket)],
            _ => Unmet(bucket, record, rule).ToList(),
        };
        var off = RuleOff.At(rule.Switches, bucket.Bucket, bucket.JudgedAt);
        if (off is null && bucket.Revision > 0)
            off = RuleOff.At(rule.Switches, bucket.Bucket, bucket.ScoredAt);
        if (below.Count == 0)
        {
            return
            [
                off is not null ? new(WhyNotKind.RuleOff, OffText(off))
                : rule.InRow < rule.Settings.Duration ? DurationOf(bucket, rule)
                : Untold(bucket),
            ];
        }

        var left = SubtractedOf(bucket, rule.Settings);
        var isDecisive = bucket.WithSubtracted is { } with && rule.Settings.IsMetBy(with);
        List<WhyNotReason> reasons = [];
        if (left is not null && isDecisive)
            reasons.Add(left);
        reasons.AddRange(below);
        if (left is not null && !isDecisive)
            reasons.Add(left);
        if (bucket.Earlier is { } earlier && earlier.Score >= rule.Settings.Line)
            reasons.Add(
                new(
                    WhyNotKind.Rescored,
                    $"Its score was {Score(earlier.Score)} until it was scored again because of {earlier.Reason}.",
                    record.Score,
                    earlier.Score
                )
            );
        if (off is not null)
            reasons.Add(new(WhyNotKind.RuleOff, OffText(off)));
        return reasons;
    }

    /// <summary>The rule's conditions that the record does not meet: those of <see cref="RuleSettings.IsMetBy"/>, one by one.</summary>
    private static IEnumerable<WhyNotReason> Unmet(WhyNotBucket bucket, AnomalyRecord record, WhyNotRule rule)
    {
        var (settings, actual, typical) = (rule.Settings, record.Actual ?? 0, record.Typical);
        if (record.Score < settings.Line)
            yield return ScoreOf(bucket, record, rule);
        if (actual < settings.Floor)
            yield return Count(
                WhyNotKind.Floor,
                "{0} denies, the rule asks for at least {1}",
                actual,
                settings.Floor,
                0
            );
        // A rule that asks for no excess still asks for more than usual: worth a word only where the score would do.
        if (actual - typical < settings.MinimumExcess && (settings.MinimumExcess > 0 || record.Score >= settings.Line))
            yield return Count(
                WhyNotKind.Excess,
                "Excess {0}, the rule asks for {1}",
                actual - typical,
                settings.MinimumExcess,
                typical
            );
        if (actual < settings.Ratio * typical)
        {
            var more = Missing(settings.Ratio * typical, actual);
            yield return new(
                WhyNotKind.Ratio,
                $"{Number(actual / typical)} times what is expected, the rule asks for {Number(settings.Ratio)}: {MoreText(more, bucket.IsOpen)}.",
                actual / typical,
                settings.Ratio,
                more
            );
        }

        WhyNotReason Count(WhyNotKind kind, string text, double reached, double asked, double above)
        {
            var more = Missing(asked + above, actual);
            var numbers = string.Format(CultureInfo.InvariantCulture, text, Number(reached), Number(asked));
            return new(kind, $"{numbers}: {MoreText(more, bucket.IsOpen)}.", reached, asked, more);
        }
    }

    private static WhyNotReason ScoreOf(WhyNotBucket bucket, AnomalyRecord record, WhyNotRule rule)
    {
        var actual = record.Actual ?? 0;
        long? more = rule.CountToReach is { } line && line < long.MaxValue ? Missing(line, actual) : null;
        var head =
            actual > record.Typical
                ? $"Score {Score(record.Score)}{(bucket.IsOpen ? " so far" : "")}"
                : $"No more than usual ({Number(actual)} denies, {Number(record.Typical)} expected): score {Score(record.Score)}";
        var distance =
            rule.CountToReach == long.MaxValue ? "no count reaches it"
            : more is null ? "how many denies that is cannot be said, for the model of that time is not kept"
            : more > 0 ? MoreText(more.Value, bucket.IsOpen)
            : "judged once more today it would reach it, for the model has learnt since";
        return new(
            WhyNotKind.Score,
            $"{head}, the rule asks for {Asked(rule.Settings)}: {distance}.",
            record.Score,
            rule.Settings.Line,
            more > 0 ? more : null
        );
    }

    /// <summary>The score that a rule asks for, on the scale of records.</summary>
    private static string Asked(RuleSettings settings) =>
        settings.Line == settings.Threshold
            ? Number(settings.Threshold)
            : $"{Number(settings.Line)} ({Number(settings.Threshold)} at {settings.Sensitivity.ToString("0.##", CultureInfo.InvariantCulture)} false alarms a year)";

    private static WhyNotReason DurationOf(WhyNotBucket bucket, WhyNotRule rule)
    {
        var reached = rule.InRow switch
        {
            0 => "Above the line only together with the buckets before it, within the band by itself",
            1 => "Above the line for 1 bucket",
            _ => $"Above the line for {rule.InRow} buckets in a row",
        };
        return new(
            WhyNotKind.Duration,
            $"{reached}{(bucket.IsOpen ? " so far" : "")}, the rule asks for {rule.Settings.Duration} in a row.",
            rule.InRow,
            rule.Settings.Duration
        );
    }

    private static WhyNotReason LearningOf(WhyNotBucket bucket) =>
        new(
            WhyNotKind.Learning,
            $"Learning: {bucket.Comparable} of {SeriesModel.ComparableNeeded} comparable buckets.",
            bucket.Comparable,
            SeriesModel.ComparableNeeded
        );

    private static WhyNotReason? SubtractedOf(WhyNotBucket bucket, RuleSettings settings)
    {
        if (bucket.Subtracted.Count == 0)
            return null;

        var all = bucket.Subtracted.Sum(part => part.Denies);
        var who = string.Join(
            ", ",
            bucket.Subtracted.Select(part =>
                bucket.Subtracted.Count == 1 ? part.By : $"{Number(part.Denies)} by {part.By}"
            )
        );
        var text =
            $"{Denies(all)} {(all == 1 ? "was" : "were")} left out{(bucket.Subtracted.Count == 1 ? " by" : ":")} {who}";
        if (bucket.WithSubtracted is not { } with)
            return new(WhyNotKind.Subtracted, $"{text}.");

        var still = settings.IsMetBy(with) ? "" : ", and the rule would ask for more still";
        return new(
            WhyNotKind.Subtracted,
            $"{text}; with {(all == 1 ? "it" : "them")} the score would have been {Score(with.Score)}{still}.",
            with.Score,
            settings.Line
        );
    }

    /// <summary>On, above the line, and no alert.</summary>
    private static WhyNotReason Untold(WhyNotBucket bucket) =>
        bucket.IsOpen ? new(WhyNotKind.Unscored, "It has just crossed the line: the alert is on its way.")
        : bucket.ScoredAt - bucket.End > FoundLateAfter
            ? new(
                WhyNotKind.Finding,
                $"Found on {Time(bucket.ScoredAt)}, when the past was learnt: what is older than a day then is a finding, not an alert."
            )
        : new(
            WhyNotKind.RuleChanged,
            "It reaches what the rule asks for now; when it was scored, the rule asked for more."
        );

    private static IEnumerable<WhyNotReason> OfAlert(WhyNotAlert alert)
    {
        if (alert.IsFoundLate)
            yield return new(WhyNotKind.FoundLate, "Found late, more than a day after it: nobody was notified.");
        if (alert.StormId is { } storm)
            yield return new(WhyNotKind.Storm, $"One of many alerts at once: told under the storm, alert #{storm}.");
    }

    private static string MissingText(WhyNotBucket bucket)
    {
        if (bucket.Silence is not { } silence)
            return "No counts came in: the bucket is missing, not zero.";

        var down = silence.IntakeDown.Sum(gap =>
            Math.Max(0, (Min(gap.To, bucket.End) - Max(gap.From, bucket.Bucket)) / bucket.Span)
        );
        if (down > CountedSpan.MostGap)
        {
            var (from, to) = (silence.IntakeDown[0].From, silence.IntakeDown[^1].To);
            return $"Missing, not zero: no node took events in from {Time(from)} to {Time(to)}, {Number(Math.Floor(100 * down))} % of the bucket.";
        }

        var since = silence.LastLine is { } last ? $"since {Time(last)}" : "until then";
        var until = silence.NextLine is { } next ? $" until {Time(next)}" : "";
        return $"Missing, not zero: no line of any verdict came from {silence.Who} {since}{until}.";
    }

    private static string OffText(RuleOff off)
    {
        if (off.Since is not { } since)
            return off.Until is { } first
                ? $"The rule was not on yet: it is since {Time(first)}."
                : "The rule was never switched on.";

        var stretch = off.Until is { } until
            ? $"was off from {Time(since)} to {Time(until)}"
            : $"is off since {Time(since)}";
        var by = off.By is null ? "" : $", switched off by {off.By}";
        var why = string.IsNullOrWhiteSpace(off.Why) ? "" : $": {off.Why.Trim().TrimEnd('.')}";
        return $"The rule {stretch}{by}{why}.";
    }

    private static long Missing(double asked, double actual) => (long)Math.Max(0, Math.Ceiling(asked) - actual);

    private static string MoreText(long more, bool isOpen) =>
        $"{Number(more)} more {(more == 1 ? "deny" : "denies")} {(isOpen ? "cross" + (more == 1 ? "es" : "") : "would have crossed")}";

    private static string Denies(long count) => count == 1 ? "1 deny" : $"{Number(count)} denies";

    private static string Score(double score) => Math.Floor(score).ToString("0", CultureInfo.InvariantCulture);

    private static string Number(double value) =>
        value.ToString(Math.Abs(value) < 100 ? "#,0.#" : "#,0", CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset at) =>
        $"{at.UtcDateTime.ToString("d MMM HH:mm", CultureInfo.InvariantCulture)} UTC";

    private static DateTimeOffset Min(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
