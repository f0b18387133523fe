using Denywatch.Events.Maintenance;

namespace Denywatch.Events.Exceptions;

/// <summary>An exception that is in force for a while: traffic that is kept, marked and not counted.</summary>
/// <param name="From">Slices that start here or later.</param>
/// <param name="Until">Slices that start before.</param>
/// <param name="Calendar">Of a maintenance window: it holds only while this does.</param>
public sealed record ActiveException(
    int Id,
    FlowScope Scope,
    DateTimeOffset From,
    DateTimeOffset Until,
    WindowCalendar? Calendar = null
)
{
    public bool IsInForceAt(DateTimeOffset slice) =>
        slice >= From && slice < Until && (Calendar is null || Calendar.At(slice) is not null);
}

/// <summary>All exceptions at one moment; where several mean the same traffic, the oldest (smallest id) is named.</summary>
/// <param name="version">Grows with every change of any exception: tells batches that were marked by an older table.</param>
public sealed class ExceptionTable(long version, IEnumerable<ActiveException> exceptions)
{
    public static ExceptionTable Empty { get; } = new(0, []);

    private readonly (ActiveException Exception, ScopeMatcher Matcher)[] entries =
    [
        .. exceptions.OrderBy(e => e.Id).Select(e => (e, new ScopeMatcher(e.Scope))),
    ];

    public long Version => version;

    public IEnumerable<ActiveException> Exceptions => entries.Select(entry => entry.Exception);

    public bool IsEmpty => entries.Length == 0;

    /// <summary>The exception that takes a flow away; null where it counts.</summary>
    public int? Excepting(in FlowKey key, in FlowAttributes attributes, string integration)
    {
        foreach (var (exception, matcher) in entries)
        {
            if (exception.IsInForceAt(key.Slice) && matcher.Matches(key, attributes, integration))
                return exception.Id;
        }
        return null;
    }
}
