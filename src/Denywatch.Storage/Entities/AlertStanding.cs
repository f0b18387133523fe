namespace Denywatch.Storage.Entities;

/// <summary>What brings a snoozed alert back.</summary>
public enum SnoozeEnd
{
    /// <summary>The time alone.</summary>
    Time,

    /// <summary>A bucket of its episode with so many times the expected denies.</summary>
    Worse,

    /// <summary>The end of its episode.</summary>
    Quiet,
}

/// <summary>An alert out of the queue for a while; it is a property of the alert and not a status.</summary>
/// <param name="Until">It is back then at the latest, whatever it waits for.</param>
/// <param name="Factor">For <see cref="SnoozeEnd.Worse"/>: actual denies of a bucket over the expected ones.</param>
public sealed record Snooze(DateTimeOffset Until, SnoozeEnd Ends, double? Factor, string By);

/// <summary>What people have done with an alert.</summary>
public sealed record AlertStanding(
    AlertStatus Status,
    string? Assignee,
    string? AcknowledgedBy,
    DateTimeOffset? AcknowledgedAt,
    CloseReason? CloseReason,
    string? ClosedBy,
    DateTimeOffset? ClosedAt,
    long? DuplicateOf,
    double? ExcessAtClose,
    Snooze? Snooze,
    string Tags
);
