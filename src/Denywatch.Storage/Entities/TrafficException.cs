using Denywatch.Events.Exceptions;

namespace Denywatch.Storage.Entities;

/// <summary>
/// Traffic that somebody answers for: kept and marked, and left out of counts from <see cref="From"/> until
/// <see cref="Until"/>. Removing it restores the past; ending it early keeps the past as it was told.
/// </summary>
public sealed class TrafficException
{
    public int Id { get; init; }

    /// <summary>Which traffic.</summary>
    public required FlowScope Scope { get; set; }

    /// <summary>Account that answers for it.</summary>
    public required string Owner { get; set; }

    /// <summary>Why this traffic is no concern.</summary>
    public required string Reason { get; set; }

    /// <summary>First slice that it holds for.</summary>
    public required DateTimeOffset From { get; set; }

    /// <summary>It holds for slices before.</summary>
    public required DateTimeOffset Until { get; set; }

    /// <summary>The alert it was made from.</summary>
    public long? AlertId { get; init; }

    public required string CreatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>It holds for nothing any more: as if it had never been.</summary>
    public DateTimeOffset? RemovedAt { get; set; }

    /// <summary>Grows with each change of any exception: from the sequence <c>exception_changes</c>.</summary>
    public long Change { get; set; }

    public ActiveException ToActive() => new(Id, Scope, From, Until);
}
