using Denywatch.Events;

namespace Denywatch.Storage;

/// <summary>Whether the answer to a batch is known to have reached its sender.</summary>
public enum Answer : short
{
    NotKnown = 0,
    Sent = 1,
    NotSent = 2,
}

/// <summary>Who a line came from: what one row of <c>data_sources</c> stands for.</summary>
public readonly record struct SourceKey(string Sender, string Integration, string Firewall);

/// <summary>Events of one source and slice by verdict, and lines rejected.</summary>
public sealed class SourceTally
{
    public required SourceKey Source { get; init; }
    public required DateTimeOffset Slice { get; init; }
    public long Denied { get; set; }
    public long Allowed { get; set; }
    public long Unanswered { get; set; }
    public long None { get; set; }
    public long Rejected { get; set; }

    /// <summary>Lines that the device says it left out; they are in none of the others.</summary>
    public long Suppressed { get; set; }

    public long Total => Denied + Allowed + Unanswered + None + Rejected;
}

/// <summary>Someone changed or committed a firewall's configuration.</summary>
/// <param name="Who">Empty where the device does not say.</param>
public sealed record ChangeMarker(SourceKey Source, DateTimeOffset At, string Who, string What);

/// <summary>Lines rejected for one reason, with samples.</summary>
public sealed class RejectTally
{
    public required SourceKey Source { get; init; }
    public required string Reason { get; init; }
    public long Count { get; set; }
    public List<string> Samples { get; } = [];

    /// <summary>Whole lines and when they came, for reading again; those in which a NUL stands are not among them.</summary>
    public List<(DateTimeOffset ReceivedAt, string Line)> Lines { get; } = [];
}

/// <summary>What one request or one second of syslog is stored as: all of it, or nothing.</summary>
public sealed record IntakeBatch
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required string Sender { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }
    public required IReadOnlyList<DenyFlow> Flows { get; init; }
    public required IReadOnlyList<SourceTally> Tallies { get; init; }
    public IReadOnlyList<RejectTally> Rejects { get; init; } = [];

    public IReadOnlyList<ChangeMarker> Changes { get; init; } = [];

    /// <summary>Events of every verdict by source, slice and the country that they went to.</summary>
    public IReadOnlyDictionary<
        (SourceKey Source, DateTimeOffset Slice, string Country),
        long
    > Countries { get; init; } = new Dictionary<(SourceKey, DateTimeOffset, string), long>();

    /// <summary>Time of the newest event and its JSON, by source.</summary>
    public IReadOnlyDictionary<SourceKey, (DateTimeOffset At, string Json)> LastEvents { get; init; } =
        new Dictionary<SourceKey, (DateTimeOffset, string)>();

    /// <summary>One hash a line where the sender waits for an answer and may repeat itself; null for plain syslog.</summary>
    public long[]? LineHashes { get; init; }

    /// <summary>Kept rejected lines that this batch read again: they are rejected no more, or anew.</summary>
    public IReadOnlyList<long> ReadAgain { get; init; } = [];

    /// <summary>Version of the exceptions that its flows were marked by.</summary>
    public long ExceptionsVersion { get; init; }

    /// <summary>An import's part; a part that is stored already is not stored again.</summary>
    public string? PartKey { get; init; }
}
