namespace Denywatch.Storage.Entities;

/// <summary>How a connector tells.</summary>
public enum ConnectorKind
{
    /// <summary>A signed POST of JSON.</summary>
    Webhook,

    /// <summary>Mail over the installation's SMTP server.</summary>
    Email,
}

/// <summary>Somebody outside who is told about alerts.</summary>
public sealed class Connector
{
    public int Id { get; init; }

    /// <summary>Unique among connectors that are not removed.</summary>
    public required string Name { get; set; }
    public required ConnectorKind Kind { get; init; }

    /// <summary>A webhook's URL, or mail addresses separated by commas.</summary>
    public required string Address { get; set; }

    /// <summary>What webhooks are signed with, encrypted with the installation's data-protection keys.</summary>
    public string? ProtectedSecret { get; set; }

    /// <summary>Lowest severity that is told: 0 low to 3 critical.</summary>
    public required int MinimumRank { get; set; }

    /// <summary>Rules whose alerts are told; all where it is empty.</summary>
    public Guid[] RuleIds { get; set; } = [];

    /// <summary>Off: nothing new is told, and what waits goes on waiting.</summary>
    public bool IsEnabled { get; set; } = true;

    public required string CreatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>It tells nothing any more; what it told stays in the log.</summary>
    public DateTimeOffset? RemovedAt { get; set; }

    public bool Wants(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return alert.SeverityRank >= MinimumRank && (RuleIds.Length == 0 || RuleIds.Contains(alert.RuleId));
    }

    /// <summary>Sources belong to no rule: who asked for some rules' alerts alone does not hear of them.</summary>
    public bool Wants(SourceAlarm alarm)
    {
        ArgumentNullException.ThrowIfNull(alarm);
        return alarm.SeverityRank >= MinimumRank && RuleIds.Length == 0;
    }
}

/// <summary>What is told of an alert.</summary>
public enum AlertNews
{
    Opened,

    /// <summary>Its severity rose, or its peak is at least twice what was told last.</summary>
    Worse,
    Closed,

    /// <summary>It was closed, and is not any more.</summary>
    Reopened,

    /// <summary>Of no alert: somebody tries the connector.</summary>
    Test,
}

public enum DeliveryState
{
    Waiting,
    Delivered,
    GivenUp,
}

/// <summary>One message to one connector: outbox and log in one. It is written in the transaction of what it tells of.</summary>
public sealed class Delivery
{
    public long Id { get; init; }
    public required int ConnectorId { get; init; }
    public Connector Connector { get; init; } = null!;

    /// <summary>Null for a test, and for what is told of a source.</summary>
    public required long? AlertId { get; init; }

    /// <summary>What is told of a source; null for all else.</summary>
    public long? SourceAlarmId { get; init; }
    public required AlertNews News { get; init; }

    /// <summary>The same through all attempts: who has seen it has this message already.</summary>
    public required Guid MessageId { get; init; }

    /// <summary>1 for the first message of an alert or source alarm to this connector, then one more each.</summary>
    public required int Sequence { get; init; }

    /// <summary>The <see cref="AlertMessage"/> as JSON, frozen.</summary>
    public required string Body { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public DeliveryState State { get; private set; }
    public int Attempts { get; private set; }
    public DateTimeOffset? FirstTriedAt { get; private set; }

    /// <summary>Not before this; at once where it is null.</summary>
    public DateTimeOffset? NextAt { get; private set; }

    /// <summary>When it was delivered or given up.</summary>
    public DateTimeOffset? DoneAt { get; private set; }

    /// <summary>What the other side answered last, in words.</summary>
    public string? Answer { get; private set; }

    public void Delivered(string answer, DateTimeOffset at)
    {
        Tried(answer, at);
        (State, DoneAt) = (DeliveryState.Delivered, at);
    }

    /// <summary>It is tried again.</summary>
    public void Failed(string answer, DateTimeOffset at, DateTimeOffset nextAt)
    {
        Tried(answer, at);
        NextAt = nextAt;
    }

    /// <summary>It is not tried again, unless somebody wants it.</summary>
    public void GivenUp(string answer, DateTimeOffset at)
    {
        Tried(answer, at);
        (State, DoneAt) = (DeliveryState.GivenUp, at);
    }

    /// <summary>Puts one that was given up back in its place; false for any other.</summary>
    public bool SendAgain()
    {
        if (State != DeliveryState.GivenUp)
            return false;

        (State, DoneAt, FirstTriedAt, Attempts) = (DeliveryState.Waiting, null, null, 0);
        return true;
    }

    private void Tried(string answer, DateTimeOffset at)
    {
        FirstTriedAt ??= at;
        (Attempts, Answer, NextAt) = (Attempts + 1, answer, null);
    }
}
