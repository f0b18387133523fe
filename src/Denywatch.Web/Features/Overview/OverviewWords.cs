using System.Globalization;
using Denywatch.Detection;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Ui;
using Denywatch.Web.Ui.Charts;

namespace Denywatch.Web.Features.Overview;

/// <summary>The sentence at the head of the overview.</summary>
public static class OverviewWords
{
    /// <summary>Buckets that "now" looks back on: an hour, so that one odd quarter does not swing the sentence.</summary>
    private const int Recent = 4;

    /// <summary>Such as "2 open alerts; denies are 1.3x of what is usual for a Tuesday 14:00."</summary>
    public static string Sentence(AlertCounts counts, EstateTimeline estate, DateTimeOffset now, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentNullException.ThrowIfNull(estate);
        var open = counts.Open switch
        {
            0 when counts.Acknowledged > 0 => $"No open alerts, {Numbers.Exact(counts.Acknowledged)} acknowledged",
            0 => "No open alerts",
            1 => "1 open alert",
            var many => $"{Numbers.Exact(many)} open alerts",
        };
        return $"{open}; {Level(estate, now, zone)}.";
    }

    private static string Level(EstateTimeline estate, DateTimeOffset now, TimeZoneInfo zone)
    {
        var points = estate.Model.Points;
        if (points.Count == 0)
            return estate.Comparable is null ? "no denies have arrived yet" : "no denies in this range";
        if (estate.Comparable is { } comparable)
            return $"learning what is usual, {comparable} of {SeriesModel.ComparableNeeded} comparable buckets so far";

        var closed = points
            .Where(point => point.State is PointState.Final or PointState.Missing)
            .TakeLast(Recent)
            .ToList();
        if (closed.Count == 0)
            return "the first bucket is still open";
        if (closed[^1].State == PointState.Missing)
        {
            var since = points.LastOrDefault(point => point.State == PointState.Final)?.Bucket + estate.Model.Span;
            return since is { } at
                ? $"no data since {Times.Compact(TimeZoneInfo.ConvertTime(at, zone), TimeZoneInfo.ConvertTime(now, zone))}"
                : "no data in this range";
        }

        var scored = closed.Where(point => point.State == PointState.Final).ToList();
        var (actual, typical) = (scored.Sum(point => point.Actual ?? 0), scored.Sum(point => point.Typical ?? 0));
        var local = TimeZoneInfo.ConvertTime(scored[^1].Bucket, zone);
        var when = local.ToString("dddd HH:00", CultureInfo.InvariantCulture);
        return Numbers.Ratio(actual, typical) is not { } ratio ? $"{Numbers.Exact(actual)} denies in the last hour"
            : actual / typical is > 0.85 and < 1.15 ? $"denies are as usual for a {when}"
            : $"denies are {ratio} of what is usual for a {when}";
    }

    /// <summary>One bucket in a sentence, for someone who pressed it.</summary>
    public static string Bucket(TimelinePoint point, TimeSpan span, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(point);
        var start = TimeZoneInfo.ConvertTime(point.Bucket, zone);
        var when = string.Create(CultureInfo.InvariantCulture, $"{start:ddd d MMM HH:mm} – {start + span:HH:mm}");
        if (point.State == PointState.Missing || point.Actual is not { } actual)
            return $"{when}: no data came in; nothing is known, which is not the same as no denies.";

        var denies = $"{when}: {Numbers.Exact(actual)} denies";
        if (point.Typical is not { } typical)
            return $"{denies}; not scored yet.";

        var expected = $"{denies}, {Numbers.Exact(Math.Round(typical))} expected";
        if (Numbers.Ratio(actual, typical) is { } ratio)
            expected += $" ({ratio})";
        return point.State switch
        {
            PointState.Learning => $"{expected}; still learning, so there is no score.",
            PointState.Open => $"{expected} by its end; still open, score {Math.Floor(point.Score ?? 0)} so far.",
            _ when RecordScore.BandOf(point.Score ?? 0) == Band.None => $"{expected}; within what is usual.",
            _ =>
                $"{expected}; score {Math.Floor(point.Score ?? 0)}, {RecordScore.BandOf(point.Score ?? 0).ToString().ToLowerInvariant()}.",
        };
    }
}
