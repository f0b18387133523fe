using System.Text.Json.Serialization;
using Denywatch.Detection;

namespace Denywatch.Web.Ui.Charts;

/// <summary>What a bucket of the timeline is, beside its numbers.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PointState>))]
public enum PointState
{
    /// <summary>Closed: its count teaches the model.</summary>
    Final,

    /// <summary>Still counting, or waiting for late events: drawn as open.</summary>
    Open,

    /// <summary>Too little history for a score to mean anything.</summary>
    Learning,

    /// <summary>No intake, or the source was silent: not a zero.</summary>
    Missing,

    /// <summary>Older than flow retention while exceptions changed since: not comparable.</summary>
    Unadjusted,
}

/// <summary>One bucket of the series that the chart is about.</summary>
/// <param name="Bucket">Start of the bucket.</param>
/// <param name="Actual">Null for a missing bucket.</param>
/// <param name="Typical">Median of the prediction; null where there is no model yet.</param>
/// <param name="Score">Record score, 0 to 100; null where there is none.</param>
public sealed record TimelinePoint(
    DateTimeOffset Bucket,
    double? Actual,
    double? Typical,
    double? Lower,
    double? Upper,
    double? Score,
    PointState State
);

/// <summary>One swim lane: the scores of one series.</summary>
/// <param name="Key">What a click hands back.</param>
/// <param name="Title">What stands before the lane: the firewall, the port.</param>
/// <param name="Cells">Only buckets that have a record, in any order: a lane of ten thousand quiet buckets costs nothing.</param>
public sealed record TimelineLane(string Key, string Title, IReadOnlyList<TimelineCell> Cells);

/// <param name="Score">Null for a bucket in which this series was missing.</param>
public sealed record TimelineCell(DateTimeOffset Bucket, double? Score, double? Actual = null, double? Typical = null);

/// <summary>Someone changed a firewall's configuration: a caret below the line.</summary>
/// <param name="Text">Who changed what, and where.</param>
public sealed record TimelineChange(DateTimeOffset At, string Text);

/// <summary>Which mark or bucket was chosen; the lane is null for the line above the lanes.</summary>
public sealed record TimelinePick(DateTimeOffset Bucket, string? Lane);

/// <summary>Everything the chart draws.</summary>
/// <param name="Points">Buckets of one span; gaps are drawn as missing.</param>
/// <param name="Span">Bucket span.</param>
public sealed record TimelineModel(
    IReadOnlyList<TimelinePoint> Points,
    IReadOnlyList<TimelineLane> Lanes,
    TimeSpan Span
)
{
    /// <summary>Start of the axis; the first bucket where it is null.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>End of the axis, exclusive; the end of the last bucket where it is null.</summary>
    public DateTimeOffset? To { get; init; }

    public IReadOnlyList<TimelineChange> Changes { get; init; } = [];

    /// <summary>What is counted, for the axis and the table.</summary>
    public string Unit { get; init; } = "denies";

    internal DateTimeOffset Start =>
        From is { } from ? Aligned(from)
        : Points.Count > 0 ? Points.Min(p => p.Bucket)
        : DateTimeOffset.UnixEpoch;

    internal int Length
    {
        get
        {
            var end = To ?? (Points.Count > 0 ? Points.Max(p => p.Bucket) + Span : Start);
            return (int)Math.Clamp(Math.Ceiling((end - Start) / Span), 0, 20_000);
        }
    }

    public IEnumerable<TimelinePoint> Anomalies =>
        Points.Where(p => p.Score >= RecordScore.Warning).OrderByDescending(p => p.Score);

    /// <summary>What someone who does not see the chart should know first.</summary>
    public string Summary()
    {
        if (Points.Count == 0)
            return $"No {Unit} in this range.";

        var total = Points.Sum(p => p.Actual ?? 0);
        var marks = Anomalies.ToList();
        var anomalies = marks.Count switch
        {
            0 => "no anomalies",
            1 => "1 anomaly",
            var n => $"{n} anomalies",
        };
        var worst = marks.Count > 0 ? $", the highest with score {Math.Floor(marks[0].Score ?? 0)}" : "";
        return $"{Numbers.Exact(total)} {Unit} in {Points.Count} buckets of {Times.Length(Span)}; {anomalies}{worst}.";
    }

    /// <summary>
    /// The form for the browser: arrays per field with one place per bucket, so that a week of quarters is about 20 kB;
    /// lanes as triples of place, score and the two counts.
    /// </summary>
    internal object Wire()
    {
        var (start, length) = (Start, Length);
        double?[] actual = new double?[length],
            typical = new double?[length],
            lower = new double?[length],
            upper = new double?[length],
            score = new double?[length];
        var state = new int[length];
        Array.Fill(state, -1);

        foreach (var point in Points)
        {
            var at = Place(point.Bucket);
            if (at < 0 || at >= length)
                continue;

            (actual[at], typical[at], lower[at], upper[at], score[at], state[at]) = (
                point.State == PointState.Missing ? null : point.Actual,
                Tenth(point.Typical),
                Tenth(point.Lower),
                Tenth(point.Upper),
                Tenth(point.Score),
                (int)point.State
            );
        }

        return new
        {
            start = start.ToUnixTimeMilliseconds(),
            span = (long)Span.TotalMilliseconds,
            length,
            unit = Unit,
            actual,
            typical,
            lower,
            upper,
            score,
            state,
            changes = Changes
                .Select(change => new object[] { Place(change.At), change.Text })
                .Where(change => (int)change[0] >= 0 && (int)change[0] < length),
            lanes = Lanes.Select(lane => new
            {
                key = lane.Key,
                title = lane.Title,
                cells = lane
                    .Cells.Select(cell =>
                        new double?[] { Place(cell.Bucket), Tenth(cell.Score), cell.Actual, Tenth(cell.Typical) }
                    )
                    .Where(cell => cell[0] >= 0 && cell[0] < length),
            }),
        };

        int Place(DateTimeOffset bucket) => (int)Math.Floor((bucket - start) / Span);
    }

    private DateTimeOffset Aligned(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % Span.Ticks), TimeSpan.Zero);

    private static double? Tenth(double? value) => value is { } v && double.IsFinite(v) ? Math.Round(v, 1) : null;
}
