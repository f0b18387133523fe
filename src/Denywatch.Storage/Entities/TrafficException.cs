using System.Globalization;
using Denywatch.Events.Exceptions;
using Denywatch.Events.Maintenance;

namespace Denywatch.Storage.Entities;

/// <summary>An occurrence of a maintenance window that took away far more than its norm: it holds for nothing.</summary>
/// <param name="Bucket">Start of the quarter of an hour that was too much.</param>
/// <param name="Denies">What the window took away in it.</param>
/// <param name="Norm">What is usual for it in a quarter of an hour.</param>
/// <param name="At">When it was found.</param>
public sealed record BrokenOccurrence(
    Occurrence Occurrence,
    DateTimeOffset Bucket,
    long Denies,
    double Norm,
    DateTimeOffset At
)
{
    /// <param name="name">Of the window.</param>
    public string Sentence(string name) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"The window \"{name}\" was broken at {Bucket:HH:mm} UTC: {Denies:N0} denies in a quarter of an hour are {Denies / Norm:N0} times its norm of {Norm:N0}, so all of its traffic counts."
        );
}

/// <summary>
/// Traffic that somebody answers for: kept and marked, and left out of counts from <see cref="From"/> until
/// <see cref="Until"/>. Removing it restores the past; ending it early keeps the past as it was told. With a schedule it is
/// a maintenance window, and holds only while that does.
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

    /// <summary>Of a maintenance window.</summary>
    public Schedule? Schedule { get; set; }

    /// <summary>Occurrences of a maintenance window that hold for nothing, the latest last.</summary>
    public IReadOnlyList<BrokenOccurrence> Broken { get; set; } = [];

    /// <summary>It holds for nothing any more: as if it had never been.</summary>
    public DateTimeOffset? RemovedAt { get; set; }

    /// <summary>Grows with each change of any exception: from the sequence <c>exception_changes</c>.</summary>
    public long Change { get; set; }

    /// <summary>As pages and reasons name it.</summary>
    public string Title => Schedule is null ? $"exception {Id} ({Scope})" : $"window \"{Schedule.Name}\" ({Scope})";

    /// <summary>When the window is in force in [from, until); null for an exception that has no schedule.</summary>
    public WindowCalendar? CalendarIn(DateTimeOffset from, DateTimeOffset until) =>
        Schedule
            ?.CalendarOf(from > From ? from : From, until < Until ? until : Until)
            .Without([.. Broken.Select(broken => broken.Occurrence)]);

    public ActiveException ToActive() => new(Id, Scope, From, Until, CalendarIn(From, Until));
}
