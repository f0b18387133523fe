namespace Denywatch.Storage.Entities;

/// <summary>What is wrong with a source that is worth telling.</summary>
public enum SourceAlarmKind
{
    /// <summary>No line for longer than its rhythm allows.</summary>
    Quiet,

    /// <summary>Its events arrive long after they happened, so that buckets close without them.</summary>
    Late,
}

/// <summary>A stretch in which something was wrong with a source; one of each kind is open at most.</summary>
public sealed class SourceAlarm
{
    public long Id { get; init; }
    public required int DataSourceId { get; init; }
    public DataSource DataSource { get; init; } = null!;
    public required SourceAlarmKind Kind { get; init; }

    /// <summary>When it began: for a quiet source the receive time of its last line.</summary>
    public required DateTimeOffset Since { get; init; }
    public required DateTimeOffset RaisedAt { get; init; }

    /// <summary>The sentence that was told.</summary>
    public required string Reason { get; init; }

    /// <summary>Null while it is open.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>As of alerts: medium (1) while nothing comes, since nothing is watched then; low (0) while it comes late.</summary>
    public int SeverityRank => Kind == SourceAlarmKind.Quiet ? 1 : 0;

    /// <summary>Ends it; false where it has ended already.</summary>
    public bool End(DateTimeOffset at)
    {
        if (EndedAt is not null)
            return false;

        EndedAt = at;
        return true;
    }
}
