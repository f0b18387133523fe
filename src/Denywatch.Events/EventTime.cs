namespace Denywatch.Events;

/// <summary>How an event's time came about.</summary>
public enum TimeOrigin
{
    /// <summary>The event's own time.</summary>
    Event,

    /// <summary>The event states none: the receiver's clock.</summary>
    ReceivedWithout,

    /// <summary>The event's time lies up to a day ahead of the clock: the receiver's clock, and a flag to show.</summary>
    ReceivedInstead,
}

/// <summary>The time to count an event at, or why it is not counted.</summary>
/// <param name="At">In UTC, whatever zone the device writes in. Meaningful where there is no problem.</param>
/// <param name="Problem">Why the event is rejected; null where it is taken.</param>
public readonly record struct AcceptedTime(DateTimeOffset At, TimeOrigin Origin, string? Problem)
{
    public bool IsRejected => Problem is not null;
}

/// <summary>
/// Event time rules, within bounds: a clock that runs ahead must not fill buckets that are not there yet, and what is older
/// than the flows we keep has nowhere to go, unless someone imports it on purpose.
/// </summary>
public static class EventTime
{
    /// <summary>Ahead of the clock by no more than this, an event's time is taken as it is.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>Ahead by more than this, the event is rejected.</summary>
    public static readonly TimeSpan FarthestAhead = TimeSpan.FromDays(1);

    /// <param name="timestamp">The event's own time; null where it states none.</param>
    /// <param name="receivedAt">The receiver's clock.</param>
    /// <param name="retention">How long flows are kept.</param>
    /// <param name="isImport">Old events are wanted: a file of the past is read in.</param>
    public static AcceptedTime Accept(
        DateTimeOffset? timestamp,
        DateTimeOffset receivedAt,
        TimeSpan retention,
        bool isImport
    )
    {
        if (timestamp is not { } at)
            return new(receivedAt, TimeOrigin.ReceivedWithout, null);

        var ahead = at - receivedAt;
        if (ahead > FarthestAhead)
            return Rejected(
                at,
                "more than a day ahead of the receiver's clock: correct the device's clock or time zone"
            );
        if (ahead > Tolerance)
            return new(receivedAt, TimeOrigin.ReceivedInstead, null);
        if (-ahead > retention && !isImport)
            return Rejected(
                at,
                $"older than the {retention.TotalDays:0} days that flows are kept: use denywatch import for the past"
            );
        return new(at.ToUniversalTime(), TimeOrigin.Event, null);
    }

    private static AcceptedTime Rejected(DateTimeOffset at, string why) =>
        new(at, TimeOrigin.Event, $"the event's time {at.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ} is {why}");
}
