using Denywatch.Events.Exceptions;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Live;
using Denywatch.Web.Ui.Charts;
using Npgsql;

namespace Denywatch.Web.Features.Explorer;

/// <summary>What lies on the explorer's page: read for a view, timeline first, then the cell that is told of.</summary>
/// <param name="changed">Called when something new is there to show.</param>
public sealed class ExplorerDesk(
    ExplorerQueries queries,
    BucketQueries buckets,
    ScoreQueries scores,
    WhyNotQueries whyNots,
    AlertQueries alerts,
    SharedAnswers shared,
    TimeProvider clock,
    Action changed
)
{
    public const int LanesPerPage = 10;

    /// <summary>Flows are listed for no longer than this.</summary>
    public static readonly TimeSpan MostFlows = TimeSpan.FromDays(7);

    private int asked;

    public ExplorerView View { get; private set; } = new();
    public ExplorerTimeline? Answer { get; private set; }
    public ExplorerChartModel? Chart { get; private set; }
    public IReadOnlyList<TopEntry> Top { get; private set; } = [];

    /// <summary>The chosen cell, or else the worst in view; null where nothing is unusual.</summary>
    public ExplorerCell? Cell { get; private set; }

    /// <summary>Null while it is read.</summary>
    public BucketDetail? Detail { get; private set; }
    public BucketDetail? Second { get; private set; }
    public ScoreStory? Story { get; private set; }
    public BucketWhyNot? WhyNot { get; private set; }
    public long? AlertId { get; private set; }
    public DateTimeOffset? FailedSince { get; private set; }
    public DateTimeOffset? BucketFailedSince { get; private set; }

    /// <summary>Time that is looked at: the cell, or else all of the window.</summary>
    public (DateTimeOffset From, DateTimeOffset To) Time =>
        Cell is { } cell ? (cell.From, cell.To) : View.Range.At(clock.GetUtcNow());

    /// <summary>Which flows to list; null where the range is too long for it.</summary>
    public FlowQuestion? Flows
    {
        get
        {
            var (from, to) = View.Chosen is { } cell ? (cell.From, cell.To) : Window;
            return to - from > MostFlows
                ? null
                : new(from, to, View.FlowText) { Filter = FilterOf(View, View.Chosen), Sort = View.FlowSort };
        }
    }

    private (DateTimeOffset From, DateTimeOffset To) Window { get; set; }

    /// <summary>Reads what the view asks for; what an earlier call reads meanwhile is dropped.</summary>
    public async Task ShowAsync(ExplorerView view, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(view);
        var needsLine =
            Answer is null || view with { Chosen = null, Second = null, FlowSort = default, FlowText = null } != Line;
        View = view;
        Line = view with { Chosen = null, Second = null, FlowSort = default, FlowText = null };
        if (needsLine)
            await RefreshAsync(ct);
        else
            await TellAsync(view.Chosen ?? Worst, ct);
    }

    /// <summary>Reads anew, whatever others have read: what was just written here is in it.</summary>
    public Task LoadAsync(CancellationToken ct) => LoadAsync(() => DrawAsync(View, ct), ct);

    /// <summary>
    /// Reads what is new, together with all windows that show the same. Whoever reads about a cell goes on reading about it
    /// while it stays among the worst.
    /// </summary>
    public Task RefreshAsync(CancellationToken ct) =>
        LoadAsync(() => shared.OfAsync(Line!.ToUrl(), () => DrawAsync(View, CancellationToken.None), ct), ct);

    private async Task LoadAsync(Func<Task<Picture>> draw, CancellationToken ct)
    {
        var mine = ++asked;
        try
        {
            var picture = await draw();
            if (mine != asked)
                return;

            (Window, Answer, Chart, Top) = (picture.Window, picture.Answer, picture.Chart, picture.Top);
            FailedSince = null;
        }
        catch (NpgsqlException)
        {
            FailedSince ??= clock.GetUtcNow();
            changed();
            return;
        }
        changed();
        var stays = Top.Any(entry => entry.Peak == Cell);
        await TellAsync(View.Chosen ?? (stays ? Cell : Worst), ct);
    }

    /// <summary>Reads the cell that is told of once more.</summary>
    public Task RetryBucketAsync(CancellationToken ct)
    {
        told = null;
        return TellAsync(Cell, ct);
    }

    private async Task<Picture> DrawAsync(ExplorerView view, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var window = view.Range.At(now);
        var answer = await queries.TimelineAsync(QuestionOf(view, window), ct);
        return new(window, answer, ExplorerDrawing.Of(answer, view, window, now), TopInView.Of(answer, view.LeastBand));
    }

    private ExplorerCell? Worst => Top.Count > 0 ? Top[0].Peak : null;

    private ExplorerView? Line { get; set; }

    private (ExplorerCell? Cell, ExplorerCell? Second, ExplorerView? Line, double? Count)? told;

    private async Task TellAsync(ExplorerCell? cell, CancellationToken ct)
    {
        var now = (cell, View.Second, Line, CountOf(cell));
        if (told == now)
            return;
        told = now;
        if (Cell != cell)
            (Detail, Story, WhyNot, AlertId) = (null, null, null, null);
        Cell = cell;
        if (Second is not null && View.Second is null)
            Second = null;
        changed();
        if (cell is null)
            return;

        try
        {
            var story = await StoryOfAsync(cell, ct);
            if (told != now)
                return;
            (Detail, BucketFailedSince) = (story.Detail, null);
            (Story, WhyNot, AlertId) = (story.Score, story.WhyNot, story.AlertId);
            changed();
            var second = View.Second is { } other ? await StoryOfAsync(other, ct) : null;
            if (told == now)
                Second = second?.Detail;
        }
        catch (NpgsqlException)
        {
            BucketFailedSince ??= clock.GetUtcNow();
        }
        changed();
    }

    private Task<CellStory> StoryOfAsync(ExplorerCell cell, CancellationToken ct)
    {
        var view = Line! with { Chosen = cell };
        return shared.OfAsync(view.ToUrl(), ReadAsync, ct);

        async Task<CellStory> ReadAsync()
        {
            var detail = await buckets.OfAsync(QuestionOf(view, cell), CancellationToken.None);
            if (detail.SeriesId is not { } series)
                return new(detail, null, null, null);

            var bucket = detail.Record?.Bucket ?? cell.From;
            var score = await scores.OfAsync(series, bucket, CancellationToken.None);
            var whyNot = await whyNots.OfAsync(series, bucket, CancellationToken.None);
            return new(detail, score, whyNot, await AlertOfAsync(view, cell, bucket));
        }
    }

    private static TimelineQuestion QuestionOf(ExplorerView view, (DateTimeOffset From, DateTimeOffset To) window) =>
        new(window.From, window.To)
        {
            Filter = view.Filter,
            ViewBy = view.ViewBy,
            LanePage = view.LanePage,
            LanesPerPage = LanesPerPage,
            ComparesWeek = view.ComparesWeek,
        };

    private static BucketQuestion QuestionOf(ExplorerView view, ExplorerCell cell) =>
        new(cell.From, cell.To, view.ViewBy == ViewBy.Firewall ? cell.Lane : null) { Filter = FilterOf(view, cell) };

    /// <summary>A lane of values is the view with only that value; a firewall's lane is a series of its own.</summary>
    private static TrafficFilter FilterOf(ExplorerView view, ExplorerCell? cell) =>
        cell?.Lane is { } lane
        && view.ViewBy != ViewBy.Firewall
        && ExplorerFilter.Of(ExplorerWords.FieldOf(view.ViewBy), lane) is { } only
            ? view.With(only).Filter
            : view.Filter;

    // An open bucket is read again when it has grown.
    private double? CountOf(ExplorerCell? cell) =>
        cell is null ? null : Answer?.Points.FirstOrDefault(point => point.Bucket == cell.From)?.Actual;

    private Task<long?> AlertOfAsync(ExplorerView view, ExplorerCell cell, DateTimeOffset bucket) =>
        cell.Lane is { } firewall && view.ViewBy == ViewBy.Firewall
            ? alerts.AtAsync(BuiltInJobs.ByFirewall, firewall, bucket, CancellationToken.None)
            : alerts.AtAsync(BuiltInJobs.Total, "", bucket, CancellationToken.None);

    /// <summary>What is told of a cell, whoever reads it.</summary>
    private sealed record CellStory(BucketDetail Detail, ScoreStory? Score, BucketWhyNot? WhyNot, long? AlertId);

    /// <summary>What a window shows of a view, whoever looks.</summary>
    private sealed record Picture(
        (DateTimeOffset From, DateTimeOffset To) Window,
        ExplorerTimeline Answer,
        ExplorerChartModel Chart,
        IReadOnlyList<TopEntry> Top
    );
}
