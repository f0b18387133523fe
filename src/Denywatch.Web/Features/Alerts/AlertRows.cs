using Denywatch.Alerting;
using Denywatch.Storage.Entities;

namespace Denywatch.Web.Features.Alerts;

/// <summary>One line of the list.</summary>
public sealed record AlertRow(
    long Id,
    string Title,
    string Sentence,
    string Cause,
    string Severity,
    string SeverityReason,
    double PeakScore,
    double Actual,
    double Typical,
    double Excess,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    bool IsInterim,
    bool IsFoundLate,
    bool IsStorm,
    AlertStatus Status,
    string? Assignee,
    string? AcknowledgedBy,
    DateTimeOffset? AcknowledgedAt,
    CloseReason? CloseReason,
    string? ClosedBy,
    DateTimeOffset? ClosedAt,
    Snooze? Snooze,
    string[] Tags
)
{
    /// <summary>Snoozed, or the status.</summary>
    public string StatusWord => Snooze is null ? Status.ToString() : "Snoozed";

    /// <summary>Open for longer than its severity's target.</summary>
    public bool IsOverdueAt(DateTimeOffset now) =>
        Status == AlertStatus.Open && Snooze is null && now - StartedAt > AlertWords.Target(Severity);
}

/// <summary>The list as it stood at one moment: rows that come later wait until they are asked for.</summary>
/// <param name="Ids">In the view's order, at most <see cref="AlertQueries.MostListed"/>.</param>
/// <param name="HasMore">More match than are listed.</param>
public sealed record AlertList(IReadOnlyList<long> Ids, bool HasMore)
{
    /// <summary>How many a later list holds that this one does not: new ones, and those that came back.</summary>
    public int NewIn(AlertList later)
    {
        ArgumentNullException.ThrowIfNull(later);
        return later.Ids.Except(Ids).Count();
    }
}

/// <summary>Alerts of a list that have something in common.</summary>
/// <param name="Key">What they have in common, as a filter takes it; empty where they lack it.</param>
/// <param name="Excess">Of all of them, in denies.</param>
public sealed record AlertGroup(string Key, string Name, int Alerts, int Open, double Excess, DateTimeOffset Newest);

/// <summary>What the head of the list says.</summary>
public sealed record AlertCounts(int Open, int Acknowledged, int Mine, int Snoozed, DateTimeOffset? OldestOpen);

/// <summary>One page for the API.</summary>
/// <param name="Next">Page key of the next page; null on the last.</param>
public sealed record AlertSlice(int Total, IReadOnlyList<AlertRow> Alerts, long? Next);

/// <summary>An alert with all that its page shows at once.</summary>
public sealed record AlertDetail(
    Alert Alert,
    string RuleName,
    Series Series,
    AlertEvidence? Evidence,
    IReadOnlyList<Threat> Threats
);

/// <summary>Alerts before it that are like it, and what people found them to be.</summary>
public sealed record SimilarAlerts(
    int Total,
    IReadOnlyList<(CloseReason? Reason, int Count)> Verdicts,
    IReadOnlyList<AlertRow> Newest
);

/// <summary>A line as a firewall sent it.</summary>
public sealed record RawSample(DateTimeOffset Slice, string Firewall, string Line);
