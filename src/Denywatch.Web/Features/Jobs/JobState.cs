using System.Globalization;
using Denywatch.Detection.SlowSuspects;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Ui;

namespace Denywatch.Web.Features.Jobs;

/// <summary>Whether a job scores at all.</summary>
public enum JobPhase
{
    Opened,
    Closed,

    /// <summary>At least one of its series cannot be scored.</summary>
    Failed,
}

/// <summary>Whether what a job scores comes in and is looked at.</summary>
public enum FeedPhase
{
    Started,

    /// <summary>By a person: what comes is counted and not scored.</summary>
    Stopped,

    /// <summary>Data may be there, and nobody looks at it in time.</summary>
    Late,

    /// <summary>All sources are silent beyond their rhythm.</summary>
    Quiet,
    NeverHadData,
}

/// <summary>How a job is doing, why, and what to do about it.</summary>
/// <param name="Cause">Sentences with figures and times, in UTC.</param>
/// <param name="NextStep">A sentence.</param>
/// <param name="Href">Page on which the next step is done; null where there is none.</param>
public sealed record JobState(JobPhase Job, FeedPhase Feed, string Cause, string NextStep, string? Href = null)
{
    /// <summary>A worker looks every five seconds.</summary>
    public static readonly TimeSpan LookLateAfter = TimeSpan.FromSeconds(60);

    /// <summary>Closed buckets are scored twice a minute.</summary>
    public static readonly TimeSpan CloseLateAfter = TimeSpan.FromMinutes(2);

    public bool IsWell => Job == JobPhase.Opened && Feed == FeedPhase.Started;

    /// <summary>Closed because nobody needs it: no rule that is on reads it.</summary>
    public bool IsAtRest { get; init; }

    /// <summary>Somebody should look at it.</summary>
    public bool IsAiling => !IsWell && !IsAtRest;

    /// <summary>The rules that read it do not watch.</summary>
    public bool IsOff => Job != JobPhase.Opened || Feed == FeedPhase.Stopped;

    /// <summary>Such as "opened, feed late".</summary>
    public string Words => IsAtRest ? "closed" : $"{Job.ToString().ToLowerInvariant()}, feed {FeedWord}";

    private string FeedWord => Feed == FeedPhase.NeverHadData ? "never had data" : Feed.ToString().ToLowerInvariant();

    public static JobState Of(JobFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (!facts.IsOpen)
            return new(
                JobPhase.Closed,
                FeedPhase.Stopped,
                facts.Problem
                    ?? (
                        facts.HasOwnCounts
                            ? "It is closed: nothing is counted for it yet."
                            : "It is closed: what comes is counted and not scored."
                    ),
                facts.Problem is not null ? "Wait: it opens by itself when that is done."
                    : facts.HasOwnCounts
                        ? "Switch on a rule that reads it, or start it; it learns at once from what is stored."
                    : "Start it; it catches up from where it stopped."
            )
            {
                IsAtRest = facts.Problem is null && facts.HasOwnCounts,
            };

        var feed = FeedOf(facts);
        return facts.Problem is { } problem
            ? feed with
            {
                Job = JobPhase.Failed,
                Cause = problem,
                NextStep =
                    "It is tried again twice a minute and says so until it succeeds. If it stays, re-learn the job.",
                Href = null,
            }
            : feed;
    }

    private static JobState FeedOf(JobFacts facts)
    {
        if (facts.StoppedAt is { } stopped)
            return Feeding(
                FeedPhase.Stopped,
                $"{facts.StoppedBy} stopped it at {Time(stopped)}, {Times.Length(facts.AsOf - stopped)} ago: {facts.StoppedWhy} What comes is counted and not scored.",
                "Start it; it catches up from where it stopped."
            );
        if (facts.LookedAt is { } looked && facts.AsOf - looked > LookLateAfter)
            return Feeding(
                FeedPhase.Late,
                $"No worker has looked since {Time(looked)}, {Times.Length(facts.AsOf - looked)} ago; one looks every 5 s.",
                "See whether a node with the role worker runs, and what it logs. What was missed is caught up when it is back.",
                "/settings/about"
            );
        if (facts.Sources == 0)
            return Feeding(FeedPhase.NeverHadData, "No source has sent a line yet.", "Set up a source.", "/setup");
        if (facts.LookedAt is null)
            return Feeding(
                FeedPhase.Late,
                $"No worker has looked yet; the newest line came at {Time(facts.LastLineAt)}.",
                "See whether a node with the role worker runs, and what it logs.",
                "/settings/about"
            );
        if (facts.HistoryDays > 0)
            return Feeding(
                FeedPhase.Started,
                $"Counting what is stored: {facts.HistoryDone} of {Count(facts.HistoryDays, "day")}; then it learns.",
                "Nothing to do."
            );
        if (facts.Events == CountedEvents.All && facts.AllowedAt is null)
            return Feeding(
                FeedPhase.NeverHadData,
                "It counts events of every verdict, and no source has sent an allowed one in the last week: what firewalls allow is not logged, or not sent here.",
                "Switch on the logging of allowed traffic on a firewall, or close this job.",
                "/sources"
            );
        if (facts.FindsSuspects)
            return SuspectsOf(facts);
        if (facts.Series == 0 && facts.PartitionField is { } split && facts.HasOwnCounts)
            return Feeding(
                FeedPhase.NeverHadData,
                $"Lines come from {Count(facts.Sources, "source")}, and no value of {split} has earned a series yet.",
                "Wait: values are looked for each hour, and those that strangers choose have one after seven days."
            );
        if (facts.Series == 0)
            return Feeding(
                FeedPhase.NeverHadData,
                $"Lines come from {Count(facts.Sources, "source")}, the newest at {Time(facts.LastLineAt)}, and none of them was an event that counts.",
                "See why lines are rejected, or which events are logged.",
                "/sources"
            );
        if (facts.Relearning == 0 && facts.CloseDue is { } due && facts.AsOf - due > CloseLateAfter)
            return Feeding(
                FeedPhase.Late,
                $"{Count(facts.Waiting, "closed bucket")} {(facts.Waiting == 1 ? "waits" : "wait")} to be scored; the oldest was due at {Time(due)}, {Times.Length(facts.AsOf - due)} ago.",
                "Wait while this falls: it is catching up. If it grows, the workers need more processor time.",
                "/settings/about"
            );
        if (facts.QuietSources == facts.Sources)
            return Quiet(facts);
        return Feeding(FeedPhase.Started, Running(facts), "Nothing to do.");
    }

    /// <summary>A job that finds suspects looks once a bucket, and does not wait for series: having none is good news.</summary>
    private static JobState SuspectsOf(JobFacts facts)
    {
        if (facts.Look is not { } look)
            return Feeding(FeedPhase.Started, "It was opened just now, and looks within a minute.", "Nothing to do.");

        var due = look.Bucket + (2 * facts.BucketSpan) + RecordStore.LongestSettling;
        if (facts.AsOf - due > CloseLateAfter)
            return Feeding(
                FeedPhase.Late,
                $"The next look was due at {Time(due)}, {Times.Length(facts.AsOf - due)} ago.",
                "See whether a node with the role worker runs, and what it logs.",
                "/settings/about"
            );
        if (facts.QuietSources == facts.Sources)
            return Quiet(facts);
        if (facts.Detector == Detectors.Name(Detector.SlowScan) && look.Days < SlowScan.FewestDays)
            return Feeding(
                FeedPhase.Started,
                $"It knows {look.Days} of the {SlowScan.FewestDays} days that it needs to say what is usual, and judges nobody before.",
                "Nothing to do."
            );
        var who = facts.Detector == Detectors.Name(Detector.Beacon) ? "caller" : "source";
        return Feeding(
            FeedPhase.Started,
            $"Looked at the 24 h until {Time(look.Bucket + facts.BucketSpan)}, {Times.Length(facts.AsOf - look.At)} ago: {Count(look.Judged, who)} judged, {Count(look.Found, "suspect")}.",
            "Nothing to do."
        );
    }

    private static JobState Quiet(JobFacts facts) =>
        Feeding(
            FeedPhase.Quiet,
            $"{(facts.Sources == 1 ? "The one source is" : $"All {Numbers.Exact(facts.Sources)} sources are")} silent beyond what is usual; the last line came at {Time(facts.LastLineAt)}, {Times.Length(facts.AsOf - (facts.LastLineAt ?? facts.AsOf))} ago.",
            "See which sources are silent: a shipper, a network path or a firewall's log target has stopped.",
            "/sources"
        );

    private static string Running(JobFacts facts)
    {
        var scored = facts.LastScored is { } last
            ? $"Scored up to the bucket of {Time(last)}; looked {Times.Length(facts.AsOf - (facts.LookedAt ?? facts.AsOf))} ago."
            : "The first bucket is still open.";
        return facts switch
        {
            { Relearning: > 0 } =>
                $"{scored} Learning again: {facts.Series - facts.Relearning} of {Count(facts.Series, "series", "series")} done.",
            { Learning: > 0 } =>
                $"{scored} {facts.Learning} of {Count(facts.Series, "series", "series")} still learning.",
            _ => scored,
        };
    }

    private static JobState Feeding(FeedPhase feed, string cause, string next, string? href = null) =>
        new(JobPhase.Opened, feed, cause, next, href);

    private static string Count(int count, string one, string? many = null) =>
        $"{Numbers.Exact(count)} {(count == 1 ? one : many ?? one + "s")}";

    private static string Time(DateTimeOffset? at) =>
        at?.UtcDateTime.ToString("d MMM HH:mm 'UTC'", CultureInfo.InvariantCulture) ?? "an unknown time";
}
