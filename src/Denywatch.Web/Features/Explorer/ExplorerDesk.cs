using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Features.Rules;
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
                : new(from, to, View.FlowText) { Filter = FilterOf(View.Chosen), Sort = View.FlowSort };
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
            await LoadAsync(ct);
        else
            await TellAsync(view.Chosen ?? Worst, ct);
    }

    /// <summary>Reads again. Whoever reads about a cell goes on reading about it while it stays among the worst.</summary>
    public async Task LoadAsync(CancellationToken ct)
    {
        var mine = ++asked;
        try
        {
            var now = clock.GetUtcNow();
            var (from, to) = View.Range.At(now);
            var answer = await queries.TimelineAsync(QuestionOf(from, to), ct);
            if (mine != asked)
                return;

            Window = (from, to);
            Answer = answer;
            Chart = ExplorerDrawing.Of(answer, View, (from, to), now);
            Top = TopInView.Of(answer, View.LeastBand);
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
            var detail = await buckets.OfAsync(QuestionOf(cell), ct);
            if (told != now)
                return;
            (Detail, BucketFailedSince) = (detail, null);
            changed();
            var second = View.Second is { } other ? await buckets.OfAsync(QuestionOf(other), ct) : null;
            var bucket = detail.Record?.Bucket ?? cell.From;
            var story = detail.SeriesId is { } series ? await scores.OfAsync(series, bucket, ct) : null;
            var whyNot = detail.SeriesId is { } scored ? await whyNots.OfAsync(scored, bucket, ct) : null;
            var alert = detail.SeriesId is null ? null : await AlertOfAsync(cell, bucket, ct);
            if (told == now)
                (Second, Story, WhyNot, AlertId) = (second, story, whyNot, alert);
        }
        catch (NpgsqlException)
        {
            BucketFailedSince ??= clock.GetUtcNow();
        }
        changed();
    }

    private TimelineQuestion QuestionOf(DateTimeOffset from, DateTimeOffset to) =>
        new(from, to)
        {
            Filter = View.Filter,
            ViewBy = View.ViewBy,
            LanePage = View.LanePage,
            LanesPerPage = LanesPerPage,
            ComparesWeek = View.ComparesWeek,
        };

    private BucketQuestion QuestionOf(ExplorerCell cell) =>
        new(cell.From, cell.To, View.ViewBy == ViewBy.Firewall ? cell.Lane : null) { Filter = FilterOf(cell) };

    /// <summary>A lane of values is the view with only that value; a firewall's lane is a series of its own.</summary>
    private TrafficFilter FilterOf(ExplorerCell? cell) =>
        cell?.Lane is { } lane
        && View.ViewBy != ViewBy.Firewall
        && ExplorerFilter.Of(ExplorerWords.FieldOf(View.ViewBy), lane) is { } only
            ? View.With(only).Filter
            : View.Filter;

    // An open bucket is read again when it has grown.
    private double? CountOf(ExplorerCell? cell) =>
        cell is null ? null : Answer?.Points.FirstOrDefault(point => point.Bucket == cell.From)?.Actual;

    private Task<long?> AlertOfAsync(ExplorerCell cell, DateTimeOffset bucket, CancellationToken ct) =>
        cell.Lane is { } firewall && View.ViewBy == ViewBy.Firewall
            ? alerts.AtAsync(BuiltInJobs.ByFirewall, firewall, bucket, ct)
            : alerts.AtAsync(BuiltInJobs.Total, "", bucket, ct);
}
