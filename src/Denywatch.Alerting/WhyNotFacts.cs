using Denywatch.Detection;

namespace Denywatch.Alerting;

/// <summary>What is known of a bucket, whichever rule asks.</summary>
/// <param name="Bucket">Its start.</param>
/// <param name="Record">What it was scored; of an open bucket what it has reached so far. Null where nothing was scored.</param>
public sealed record WhyNotBucket(DateTimeOffset Bucket, TimeSpan Span, AnomalyRecord? Record)
{
    /// <summary>Its count still grows.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Why there is no record, as a sentence; null where there is one.</summary>
    public string? Unscored { get; init; }

    /// <summary>Comparable buckets that the model had learnt before it, of <see cref="SeriesModel.ComparableNeeded"/>.</summary>
    public int Comparable { get; init; }

    /// <summary>When it was first due to be judged: the end of its settling.</summary>
    public DateTimeOffset JudgedAt { get; init; }

    /// <summary>When its present score was written, and which revision that is: 0 is the first.</summary>
    public DateTimeOffset ScoredAt { get; init; }
    public int Revision { get; init; }

    /// <summary>The highest score that it had before; null where it was never scored again.</summary>
    public EarlierScore? Earlier { get; init; }

    /// <summary>Denies that do not count, by what took them away.</summary>
    public IReadOnlyList<Subtracted> Subtracted { get; init; } = [];

    /// <summary>The record as it would be with them; null where nothing was taken away or no model can say.</summary>
    public AnomalyRecord? WithSubtracted { get; init; }

    /// <summary>Why counts are missing.</summary>
    public Silence? Silence { get; init; }

    public DateTimeOffset End => Bucket + Span;
}

/// <param name="Reason">Why it was scored again then: what follows "scored again because of".</param>
public sealed record EarlierScore(double Score, string Reason);

/// <summary>Traffic that was left out of a count.</summary>
/// <param name="By">What took it away, such as <c>exception 3 (nightly scanner)</c>.</param>
public sealed record Subtracted(string By, long Denies);

/// <summary>Why nothing is known of a bucket.</summary>
/// <param name="Who">Whose lines are missed: a firewall's name, or "any firewall".</param>
/// <param name="IntakeDown">Stretches in which no node took events in.</param>
/// <param name="LastLine">End of the last slice before it with any line; null where there is none.</param>
/// <param name="NextLine">Start of the first slice after it with any line; null where there is none yet.</param>
public sealed record Silence(
    string Who,
    IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> IntakeDown,
    DateTimeOffset? LastLine,
    DateTimeOffset? NextLine
);

/// <summary>A rule and what it did with the bucket.</summary>
/// <param name="Switches">How it was switched, oldest first; the first says how it stood to begin with.</param>
/// <param name="CountToReach">The smallest count that reaches the rule's line; null where no model can say.</param>
/// <param name="Alert">The alert whose episode holds the bucket.</param>
/// <param name="InRow">Buckets in a row that last by the rule's settings, this one among them.</param>
public sealed record WhyNotRule(
    RuleSettings Settings,
    IReadOnlyList<RuleSwitch> Switches,
    long? CountToReach,
    WhyNotAlert? Alert = null,
    int InRow = 1
);

/// <param name="IsVanished">A re-score took the bucket's episode below the line.</param>
/// <param name="StormId">The storm alert it is a child of.</param>
public sealed record WhyNotAlert(long Id, bool IsVanished = false, bool IsFoundLate = false, long? StormId = null);

/// <summary>A rule's turn from on to off or back.</summary>
/// <param name="By">Null for how it stood from the start.</param>
public sealed record RuleSwitch(DateTimeOffset At, bool IsOn, string? By = null, string? Why = null);

/// <summary>A stretch for which a rule raises nothing.</summary>
/// <param name="Since">Null where it was never on before.</param>
/// <param name="Until">Null while it goes on.</param>
public sealed record RuleOff(DateTimeOffset? Since, DateTimeOffset? Until, string? By, string? Why)
{
    /// <summary>
    /// The stretch that keeps a bucket from alerting; null where none does. A rule alerts if it is on when the result comes,
    /// and was so since the bucket's start.
    /// </summary>
    public static RuleOff? At(IReadOnlyList<RuleSwitch> switches, DateTimeOffset bucket, DateTimeOffset resultAt)
    {
        ArgumentNullException.ThrowIfNull(switches);
        var last = switches.LastOrDefault(turn => turn.At <= resultAt);
        if (last is { IsOn: true } && last.At <= bucket)
            return null;

        var off = switches.LastOrDefault(turn => !turn.IsOn && turn.At <= resultAt);
        var on = switches.FirstOrDefault(turn => turn.IsOn && turn.At > (off?.At ?? bucket));
        return new(off?.At, on?.At, off?.By, off?.Why);
    }
}
