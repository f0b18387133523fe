namespace Denywatch.Storage.Entities;

/// <summary>What is wrong with a source that is worth telling.</summary>
public enum SourceAlarmKind
{
    /// <summary>No line for longer than its rhythm allows.</summary>
    Quiet,

    /// <summary>Its events arrive long after they happened, so that buckets close without them.</summary>
    Late,

    /// <summary>The same events come by another source too, so that they are counted twice.</summary>
    Duplicate,

    /// <summary>What it logs changed at one moment and stayed so: counts before and after do not compare.</summary>
    LoggingChanged,
}

/// <summary>A stretch in which something was wrong with a source; one of each kind is open at most.</summary>
public sealed class SourceAlarm
{
    public long Id { get; init; }
    public required int DataSourceId { get; init; }
    public DataSource DataSource { get; init; } = null!;

    /// <summary>The source that brings the same events; null where it is about one source.</summary>
    public int? OtherSourceId { get; init; }
    public required SourceAlarmKind Kind { get; init; }

    /// <summary>When it began: for a quiet source the receive time of its last line.</summary>
    public required DateTimeOffset Since { get; init; }
    public required DateTimeOffset RaisedAt { get; init; }

    /// <summary>The sentence that was told.</summary>
    public required string Reason { get; init; }

    /// <summary>Null while it is open.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>Who said that it is no concern; null where it ended by itself.</summary>
    public string? EndedBy { get; private set; }

    /// <summary>Who looks after it; null while nobody does.</summary>
    public string? AcknowledgedBy { get; private set; }
    public DateTimeOffset? AcknowledgedAt { get; private set; }

    /// <summary>As of alerts: medium (1) while nothing comes, since nothing is watched then; low (0) of all others.</summary>
    public int SeverityRank => Kind == SourceAlarmKind.Quiet ? 1 : 0;

    /// <summary>Whether a person may end it: silence and lag end with the next line, whatever anybody says.</summary>
    public bool MayBeDismissed => Kind is SourceAlarmKind.Duplicate or SourceAlarmKind.LoggingChanged;

    /// <summary>Takes it into someone's hands; false where it has ended, or somebody has it.</summary>
    public bool Acknowledge(string by, DateTimeOffset at)
    {
        if (EndedAt is not null || AcknowledgedAt is not null)
            return false;

        (AcknowledgedBy, AcknowledgedAt) = (by, at);
        return true;
    }

    /// <summary>Ends it because a person says so; false where it has ended, or only a line can end it.</summary>
    public bool Dismiss(string by, DateTimeOffset at)
    {
        if (!MayBeDismissed || !End(at))
            return false;

        EndedBy = by;
        return true;
    }

    /// <summary>Ends it; false where it has ended already.</summary>
    public bool End(DateTimeOffset at)
    {
        if (EndedAt is not null)
            return false;

        EndedAt = at;
        return true;
    }
}
