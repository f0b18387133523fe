using System.Globalization;
using Denywatch.Detection;
using Denywatch.Web.Features.Jobs;
using Denywatch.Web.Features.Scoring;
using Denywatch.Web.Ui;
using Denywatch.Web.Ui.Charts;

namespace Denywatch.Web.Features.Explorer;

/// <summary>Turns an answer into what the chart draws.</summary>
public static class ExplorerDrawing
{
    /// <param name="from">Start of the window, which may lie within the first step.</param>
    public static ExplorerChartModel Of(
        ExplorerTimeline answer,
        ExplorerView view,
        (DateTimeOffset From, DateTimeOffset To) window,
        DateTimeOffset now
    )
    {
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentNullException.ThrowIfNull(view);
        // A window that follows now shows its open bucket whole.
        var to = view.Range.FollowsNow ? answer.To : window.To;
        var line = new TimelineModel(answer.Points, [.. OverallOf(answer), .. answer.Lanes], answer.Step)
        {
            From = window.From,
            To = to > window.To ? to : window.To,
        };
        return new(line, now)
        {
            MultiBucket = answer.MultiBucket,
            LeastBand = view.LeastBand,
            Compared = answer.WeekBefore,
            Stack =
            [
                .. answer.Stack.Select(part => new StackPart(part.Value ?? "others", part.Excess, part.Value is null)),
            ],
            Events = EventsOf(answer.Events, answer.Step, now),
        };
    }

    /// <summary>The line's own scores as the first lane, where it has any: its key is empty.</summary>
    private static TimelineLane[] OverallOf(ExplorerTimeline answer) =>
        answer.Basis != BandBasis.Model
            ? []
            :
            [
                new(
                    "",
                    "overall",
                    [
                        .. answer
                            .Points.Where(p => p.State == PointState.Missing || p.Score >= RecordScore.Warning)
                            .Select(p => new TimelineCell(p.Bucket, p.Score, p.Actual, p.Typical)),
                    ]
                ),
            ];

    /// <summary>Only lanes that have something to tell.</summary>
    private static List<EventLane> EventsOf(ExplorerEvents events, TimeSpan step, DateTimeOffset now)
    {
        EventLane[] lanes =
        [
            new(EventKind.Alert, "alerts", [.. events.Alerts.Select(bar => AlertOf(bar, now))]),
            new(EventKind.Exception, "exceptions", [.. events.Exceptions.Select(ExceptionOf)]),
            new(EventKind.Window, "windows", [.. events.Windows.Select(WindowOf)]),
            new(EventKind.Note, "notes", [.. events.Annotations.Select(NoteOf)]),
            new(EventKind.Change, "changes", [.. events.Changes.Select(c => new ChartEvent(c.At, null, c.Text))]),
            new(
                EventKind.Rule,
                "new rules",
                [
                    .. events.Rules.Select(r => new ChartEvent(
                        r.At,
                        null,
                        $"Rule {r.Rule} first denied on {r.Firewall}."
                    )),
                ]
            ),
            new(
                EventKind.Gap,
                "gaps",
                [.. events.Gaps.Select(g => new ChartEvent(g.From, g.To, $"No events were taken in: {g.Reason}."))]
            ),
            new(EventKind.Late, "re-scored", [.. events.Late.Select(mark => LateOf(mark, step))]),
            new(EventKind.Noticed, "models", [.. events.Noticed.Select(NoticedOf)]),
        ];
        return [.. lanes.Where(lane => lane.Items.Count > 0)];
    }

    private static ChartEvent AlertOf(AlertBar bar, DateTimeOffset now) =>
        new(
            bar.Start,
            bar.End ?? now,
            $"#{bar.Id.ToString(CultureInfo.InvariantCulture)} {bar.Title}, {bar.Severity}{(bar.End is null ? ", still going on" : "")}.",
            $"/alerts/{bar.Id.ToString(CultureInfo.InvariantCulture)}",
            RecordScore.BandOf(bar.Score)
        );

    private static ChartEvent ExceptionOf(ExceptionBar bar) =>
        new(
            bar.From,
            bar.Until,
            $"Exception #{bar.Id} of {bar.Owner}, {bar.Scope}: {bar.Reason}",
            $"/rules/exceptions/{bar.Id.ToString(CultureInfo.InvariantCulture)}"
        );

    private static ChartEvent WindowOf(WindowBar bar) =>
        new(
            bar.From,
            bar.Until,
            $"Maintenance window {bar.Name}, {bar.Scope}{(bar.IsBroken ? ": broken, its traffic counts" : "")}.",
            $"/rules/windows/{bar.Id.ToString(CultureInfo.InvariantCulture)}"
        );

    private static ChartEvent NoteOf(AnnotationBar bar) => new(bar.From, bar.To, $"{bar.Text} ({bar.By})");

    private static ChartEvent NoticedOf(NoticedEvent one) =>
        new(one.At, null, $"{one.Series}: {one.Sentence}", JobPage.UrlOf(one.JobId));

    private static ChartEvent LateOf(LateMark mark, TimeSpan step) =>
        new(
            mark.Bucket,
            mark.Bucket + step,
            $"Scored again because of {mark.Reason}: {(mark.Series == 1 ? "1 series" : $"{Numbers.Exact(mark.Series)} series")}."
        );
}
