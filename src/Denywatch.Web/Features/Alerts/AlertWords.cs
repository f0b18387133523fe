using System.Globalization;
using Denywatch.Alerting;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Ui;

namespace Denywatch.Web.Features.Alerts;

/// <summary>The words for alerts, the same on every page.</summary>
public static class AlertWords
{
    /// <summary>The reasons a person can choose, in the order they are offered.</summary>
    public static IReadOnlyList<CloseReason> Reasons { get; } =
    [
        CloseReason.TruePositive,
        CloseReason.BenignPositive,
        CloseReason.FalsePositive,
        CloseReason.Duplicate,
        CloseReason.Other,
    ];

    public static string Reason(CloseReason reason) =>
        reason switch
        {
            CloseReason.FalsePositive => "false positive",
            CloseReason.BenignPositive => "benign positive",
            CloseReason.TruePositive => "true positive",
            CloseReason.Duplicate => "duplicate",
            CloseReason.Rescored => "re-scored",
            _ => "other",
        };

    /// <summary>What a reason means, shown at the point of choice.</summary>
    public static string Meaning(CloseReason reason) =>
        reason switch
        {
            CloseReason.FalsePositive => "No real excess: a duplicate feed, a wrong clock, an error of the model.",
            CloseReason.BenignPositive => "Real and authorised: own scan, test, maintenance.",
            CloseReason.TruePositive => "Real and unwanted: attack or misconfiguration. It is not learnt as normal.",
            CloseReason.Duplicate => "Another alert tells it already; link it.",
            CloseReason.Rescored => "A later score took the anomaly away.",
            _ => "Something else; say it in a note.",
        };

    public static string Status(AlertStanding standing)
    {
        ArgumentNullException.ThrowIfNull(standing);
        return standing switch
        {
            { Snooze: { } snooze } => $"snoozed {Until(snooze)}",
            { Status: AlertStatus.Open, Assignee: null } => "open",
            { Status: AlertStatus.Open } => $"open, with {standing.Assignee}",
            { Status: AlertStatus.Acknowledged } => $"acknowledged by {standing.AcknowledgedBy}",
            _ => $"closed as {Reason(standing.CloseReason ?? CloseReason.Other)}",
        };
    }

    /// <summary>How many times the expected denies; what is expected counts as one at least.</summary>
    public static double Factor(double actual, double typical) => actual / Math.Max(1, typical);

    /// <summary>When a snoozed alert is back, such as "until it is 10 times the expected, 7 Nov 14:00 UTC at the latest".</summary>
    public static string Until(Snooze snooze)
    {
        ArgumentNullException.ThrowIfNull(snooze);
        var time = snooze.Until.UtcDateTime.ToString("d MMM HH:mm", CultureInfo.InvariantCulture) + " UTC";
        return snooze.Ends switch
        {
            SnoozeEnd.Worse => string.Create(
                CultureInfo.InvariantCulture,
                $"until it is {snooze.Factor:0.#} times the expected, {time} at the latest"
            ),
            SnoozeEnd.Quiet => $"until it is quiet, {time} at the latest",
            _ => $"until {time}",
        };
    }

    public static string Dimension(Dimension dimension) =>
        dimension switch
        {
            Alerting.Dimension.Source => "source",
            Alerting.Dimension.SourceNetwork => "source network",
            Alerting.Dimension.Destination => "destination",
            Alerting.Dimension.Port => "port",
            Alerting.Dimension.SourceCountry => "source country",
            Alerting.Dimension.DestinationCountry => "destination country",
            Alerting.Dimension.Firewall => "firewall",
            Alerting.Dimension.Rule => "firewall rule",
            Alerting.Dimension.DestinationAs => "destination network owner",
            _ => "source network owner",
        };

    public static string Group(AlertGrouping by) =>
        by switch
        {
            AlertGrouping.Cause => "Likely cause",
            AlertGrouping.Severity => "Severity",
            AlertGrouping.Rule => "Rule",
            AlertGrouping.Source => "Main source",
            AlertGrouping.Assignee => "In whose hands",
            _ => "No groups",
        };

    /// <summary>Time in which somebody should have taken an alert into their hands.</summary>
    public static TimeSpan Target(string severity) =>
        severity switch
        {
            "critical" => TimeSpan.FromMinutes(15),
            "high" => TimeSpan.FromHours(1),
            "medium" => TimeSpan.FromHours(4),
            _ => TimeSpan.FromHours(24),
        };

    /// <summary>Such as "2 open, 1 mine, oldest 12 min."</summary>
    public static string Headline(AlertCounts counts, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(counts);
        var parts = new List<string> { counts.Open == 0 ? "No open alerts" : $"{Numbers.Exact(counts.Open)} open" };
        if (counts.Acknowledged > 0)
            parts.Add($"{Numbers.Exact(counts.Acknowledged)} acknowledged");
        if (counts.Mine > 0)
            parts.Add($"{Numbers.Exact(counts.Mine)} mine");
        if (counts.Snoozed > 0)
            parts.Add($"{Numbers.Exact(counts.Snoozed)} snoozed");
        if (counts.OldestOpen is { } oldest)
            parts.Add($"oldest {Times.Length(now - oldest)}");
        return string.Join(", ", parts) + ".";
    }

    /// <summary>Who was faster, for someone whose deed was refused.</summary>
    public static string Lost(AlertRow? row) =>
        row switch
        {
            null => "The alert is gone.",
            { Status: AlertStatus.Closed } =>
                $"{row.ClosedBy} was faster: closed as {Reason(row.CloseReason ?? CloseReason.Other)}.",
            { Status: AlertStatus.Acknowledged } => $"{row.AcknowledgedBy} was faster: acknowledged.",
            { Snooze: { } snooze } => $"{snooze.By} was faster: snoozed {Until(snooze)}.",
            { Assignee: { } holder } => $"It is {holder}'s already.",
            _ => "It is open again: someone reopened it.",
        };

    /// <summary>What was done, for the bar that offers to take it back.</summary>
    public static string Done(string deed, AlertResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var done =
            result.Changes.Count == 1
                ? $"#{result.Changes[0].Id} {deed}."
                : $"{Numbers.Exact(result.Changes.Count)} alerts {deed}.";
        return result.Skipped.Count == 0
            ? done
            : $"{done} {Numbers.Exact(result.Skipped.Count)} left out: they had changed meanwhile.";
    }

    /// <summary>What a job's records count.</summary>
    public static string Unit(JobCounting counting)
    {
        ArgumentNullException.ThrowIfNull(counting);
        return counting.Detector == Detector.SlowScan ? "host-port pairs" : "denies";
    }

    /// <summary>What limits how far an alert can be trusted.</summary>
    public static IEnumerable<string> Caveats(Alert alert, int? comparableBuckets)
    {
        ArgumentNullException.ThrowIfNull(alert);
        if (alert.IsInterim)
            yield return "Interim: raised while the bucket is still open; the count can only grow.";
        if (AlertEvidence.Read(alert.Evidence)?.Ended is { } ended)
            yield return ended.Sentence();
        if (alert.IsFoundLate)
            yield return "Found late: the bucket was older than a day when it was scored, so nobody was notified.";
        if (alert.Rescore is { Length: > 0 } rescore)
            yield return $"Re-scored: {rescore}.";
        if (comparableBuckets is < 3 and var few)
            yield return few == 0
                ? "No comparable buckets: shares are of the count, and everything looks new."
                : $"Only {few} comparable {(few == 1 ? "bucket" : "buckets")}: what is called new may just be rare.";
        if (alert.StormId is { } storm)
            yield return $"Part of storm #{storm}.";
    }
}
