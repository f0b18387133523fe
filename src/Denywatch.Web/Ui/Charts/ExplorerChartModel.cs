using Denywatch.Detection;

namespace Denywatch.Web.Ui.Charts;

/// <summary>What an event lane tells of; the browser draws each in a shape of its own.</summary>
public enum EventKind
{
    Alert,
    Exception,
    Window,
    Note,
    Change,
    Rule,
    Gap,
    Late,
    Noticed,
}

/// <summary>Something that happened, at a moment or for a while.</summary>
/// <param name="To">Null for a moment.</param>
/// <param name="Text">One sentence.</param>
/// <param name="Href">Page that tells more.</param>
public sealed record ChartEvent(
    DateTimeOffset From,
    DateTimeOffset? To,
    string Text,
    string? Href = null,
    Band Band = Band.None
);

/// <summary>Events of one kind, on one line below the lanes.</summary>
public sealed record EventLane(EventKind Kind, string Title, IReadOnlyList<ChartEvent> Items);

/// <summary>One contributor's excess over time.</summary>
/// <param name="Values">Excess by bucket; buckets without any are left out.</param>
/// <param name="IsRest">All others together.</param>
public sealed record StackPart(string Title, IReadOnlyDictionary<DateTimeOffset, double> Values, bool IsRest = false);

/// <summary>A pressed cell.</summary>
/// <param name="Lane">Key of its lane; null for the line above them.</param>
/// <param name="IsSecond">Pressed with Shift: to be compared with the first.</param>
public sealed record ChartPick(DateTimeOffset From, DateTimeOffset To, string? Lane, bool IsSecond);

/// <summary>A stretch of time that is marked on the chart.</summary>
public sealed record ChartCell(DateTimeOffset From, DateTimeOffset To, string? Lane);

/// <summary>Everything on the explorer's one axis: the line with its lanes, the stack and the events.</summary>
/// <param name="Line">The line and the lanes below it.</param>
/// <param name="Now">End of what can be known: the window does not go past it.</param>
public sealed record ExplorerChartModel(TimelineModel Line, DateTimeOffset Now)
{
    public const int MainHeight = 236;
    public const int StackHeight = 72;

    // As explorer-draw.js: the labels beside the lanes are placed by these.
    private const int AxisHeight = 24;
    public const int LaneHeight = 24;
    public const int EventHeight = 20;

    /// <summary>Buckets that were found together with those before them: a ring around the mark.</summary>
    public IReadOnlySet<DateTimeOffset> MultiBucket { get; init; } = new HashSet<DateTimeOffset>();

    /// <summary>Counts that the line is compared with, by its bucket; null where none are.</summary>
    public IReadOnlyDictionary<DateTimeOffset, double>? Compared { get; init; }

    /// <summary>What they are.</summary>
    public string ComparedAs { get; init; } = "a week before";

    /// <summary>Largest contributor first, the rest last.</summary>
    public IReadOnlyList<StackPart> Stack { get; init; } = [];
    public IReadOnlyList<EventLane> Events { get; init; } = [];

    /// <summary>Anomalies below it are not marked.</summary>
    public Band LeastBand { get; init; } = Band.Warning;

    internal const int LanesTop = MainHeight + AxisHeight + 8;

    internal int StackTop => LanesTop + Line.Lanes.Count * LaneHeight + (Line.Lanes.Count > 0 ? 12 : 0);

    internal int EventsTop => StackTop + (Stack.Count > 0 ? StackHeight + 12 : 0);

    internal int Height => EventsTop + Events.Count * EventHeight + 4;

    /// <summary>The form for the browser: that of the timeline, with arrays by place for what came to it.</summary>
    internal object Wire()
    {
        var (start, length) = (Line.Start, Line.Length);
        var compared = Compared is null ? null : new double?[length];
        foreach (var (bucket, count) in Compared ?? new Dictionary<DateTimeOffset, double>())
        {
            if (Place(bucket) is { } at)
                compared![at] = count;
        }

        return new
        {
            line = Line.Wire(),
            from = (Line.From ?? start).ToUnixTimeMilliseconds(),
            to = (Line.To ?? start + length * Line.Span).ToUnixTimeMilliseconds(),
            now = Now.ToUnixTimeMilliseconds(),
            leastBand = (int)LeastBand,
            multi = MultiBucket.Select(Place).Where(at => at is not null),
            compare = compared,
            comparedAs = ComparedAs,
            stack = Stack.Select(part => new
            {
                title = part.Title,
                isRest = part.IsRest,
                values = Values(part.Values),
            }),
            events = Events.Select(lane => new
            {
                kind = lane.Kind.ToString().ToLowerInvariant(),
                title = lane.Title,
                items = lane
                    .Items.OrderBy(item => item.From)
                    .Select(item => new
                    {
                        from = item.From.ToUnixTimeMilliseconds(),
                        to = item.To?.ToUnixTimeMilliseconds(),
                        text = item.Text,
                        href = item.Href,
                        band = (int)item.Band,
                    }),
            }),
        };

        int? Place(DateTimeOffset bucket)
        {
            var at = (int)Math.Floor((bucket - start) / Line.Span);
            return at >= 0 && at < length ? at : null;
        }

        double?[] Values(IReadOnlyDictionary<DateTimeOffset, double> values)
        {
            var all = new double?[length];
            foreach (var (bucket, value) in values)
            {
                if (Place(bucket) is { } at)
                    all[at] = Math.Round(value, 1);
            }
            return all;
        }
    }
}
