using Denywatch.Detection;
using Denywatch.Web.Ui.Charts;

namespace Denywatch.Web.Features.Explorer;

/// <summary>A run of anomalous buckets of one lane, by its worst one.</summary>
/// <param name="Peak">The bucket with the highest score, as something to choose.</param>
/// <param name="Lane">Title of the lane; null for all firewalls together.</param>
public sealed record TopEntry(ExplorerCell Peak, string? Lane, double Score, double? Actual, double? Typical);

/// <summary>The worst things in view, each told once.</summary>
public static class TopInView
{
    /// <summary>Buckets below the line that a run goes on over, as an episode does.</summary>
    private const int Gap = 4;

    private sealed record Run(TimelineLane? Lane, DateTimeOffset Start, DateTimeOffset End, TimelineCell Peak);

    /// <summary>
    /// Runs of the lanes, worst first, and those of the line that no lane explains: what one firewall did is told as that
    /// firewall's, and what only shows in the sum as everybody's.
    /// </summary>
    public static IReadOnlyList<TopEntry> Of(ExplorerTimeline answer, Band least, int most = 6)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var line = answer
            .Points.Where(point => point.State is PointState.Final or PointState.Open)
            .Select(point => new TimelineCell(point.Bucket, point.Score, point.Actual, point.Typical));
        List<Run> runs = [.. answer.Lanes.SelectMany(lane => RunsOf(lane, lane.Cells, least, answer.Step))];
        runs.AddRange(
            RunsOf(null, line, least, answer.Step)
                .Where(run => !runs.Exists(other => other.Start < run.End && run.Start < other.End))
        );
        return
        [
            .. runs.OrderByDescending(run => Math.Floor(run.Peak.Score ?? 0))
                .ThenByDescending(run => (run.Peak.Actual ?? 0) - (run.Peak.Typical ?? 0))
                .Take(most)
                .Select(run => new TopEntry(
                    new(run.Peak.Bucket, run.Peak.Bucket + answer.Step, run.Lane?.Key),
                    run.Lane?.Title,
                    run.Peak.Score ?? 0,
                    run.Peak.Actual,
                    run.Peak.Typical
                )),
        ];
    }

    private static IEnumerable<Run> RunsOf(
        TimelineLane? lane,
        IEnumerable<TimelineCell> cells,
        Band least,
        TimeSpan step
    )
    {
        Run? run = null;
        foreach (var cell in cells.OrderBy(cell => cell.Bucket))
        {
            if (cell.Score is not { } score || RecordScore.BandOf(score) < least)
                continue;

            if (run is not null && cell.Bucket - run.End > Gap * step)
            {
                yield return run;
                run = null;
            }
            run = run is null
                ? new(lane, cell.Bucket, cell.Bucket + step, cell)
                : run with
                {
                    End = cell.Bucket + step,
                    Peak = score > run.Peak.Score ? cell : run.Peak,
                };
        }
        if (run is not null)
            yield return run;
    }
}
