using Denywatch.Events.Exceptions;

namespace Denywatch.Events.Maintenance;

/// <summary>One time that a maintenance window is in force: slices that start in [From, Until).</summary>
public readonly record struct Occurrence(DateTimeOffset From, DateTimeOffset Until)
{
    public bool Holds(DateTimeOffset at) => at >= From && at < Until;

    public bool Overlaps(Occurrence other) => From < other.Until && other.From < Until;
}

/// <summary>When maintenance windows are in force: asked for every event, so made once. Free of state; share it.</summary>
public sealed class WindowCalendar
{
    private readonly Occurrence[] occurrences;

    private WindowCalendar(Occurrence[] occurrences) => this.occurrences = occurrences;

    /// <summary>In order, on slice boundaries; two may touch and none overlap.</summary>
    public IReadOnlyList<Occurrence> Occurrences => occurrences;

    /// <summary>Rounds outwards to slices; those that overlap become one.</summary>
    public static WindowCalendar Of(IEnumerable<Occurrence> occurrences)
    {
        ArgumentNullException.ThrowIfNull(occurrences);
        List<Occurrence> merged = [];
        foreach (var next in occurrences.Select(Rounded).OrderBy(o => o.From).ThenBy(o => o.Until))
        {
            if (merged is [.., var last] && last.Overlaps(next))
                merged[^1] = new(last.From, last.Until > next.Until ? last.Until : next.Until);
            else
                merged.Add(next);
        }
        return new([.. merged]);
    }

    /// <summary>Without each occurrence that shares time with one of <paramref name="left"/>.</summary>
    public WindowCalendar Without(IReadOnlyCollection<Occurrence> left) =>
        new([.. occurrences.Where(mine => !left.Any(other => other.Overlaps(mine)))]);

    /// <summary>The occurrence that holds a moment; null between two.</summary>
    public Occurrence? At(DateTimeOffset moment)
    {
        var (low, high) = (0, occurrences.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (occurrences[middle].Holds(moment))
                return occurrences[middle];
            if (occurrences[middle].From > moment)
                high = middle - 1;
            else
                low = middle + 1;
        }
        return null;
    }

    private static Occurrence Rounded(Occurrence exact)
    {
        var until = DenyFlow.SliceOf(exact.Until);
        return new(DenyFlow.SliceOf(exact.From), until < exact.Until ? until + DenyFlow.SliceSpan : until);
    }
}
