using Denywatch.Storage;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Ui.Charts;
using Npgsql;

namespace Denywatch.Web.Features.Explorer;

/// <summary>
/// The explorer's one axis: line, lanes, stack and events of a range. Answered from records, counts and rollups; flows are
/// read only for a filter that these do not know.
/// </summary>
public sealed class ExplorerQueries(NpgsqlDataSource source, EventQueries events)
{
    /// <summary>Filters other than firewalls are counted from flows: for as long as that is quick.</summary>
    public static readonly TimeSpan LongestFiltered = TimeSpan.FromDays(7);

    private static readonly TimeSpan week = TimeSpan.FromDays(7);

    private const string WeekBefore = """
        SELECT date_bin(@step, at + interval '7 days', 'epoch'), sum(count)::float8 FROM counts
        WHERE span = @span AND at >= @from AND at < @to AND (0 = ANY(@firewalls) OR firewall_id = ANY(@firewalls))
        GROUP BY 1
        """;

    public async Task<ExplorerTimeline> TimelineAsync(TimelineQuestion question, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(question);
        var step = TimeSteps.For(question.To - question.From, question.MostSteps);
        question = question with
        {
            From = TimeSteps.Floor(question.From, step),
            To = TimeSteps.Ceiling(question.To, step),
            LanePage = Math.Max(0, question.LanePage),
        };
        await using var connection = await source.OpenConnectionAsync(ct);
        var series = await LineQueries.SeriesAsync(connection, question.Filter.Only.Firewalls, ct);
        var timeline = question.Filter.IsOfFirewalls
            ? await ScoredAsync(connection, question, series, step, ct)
            : await FilteredAsync(connection, question, series, step, ct);
        return timeline with { Events = await events.BetweenAsync(question.From, question.To, ct) };
    }

    private static async Task<ExplorerTimeline> ScoredAsync(
        NpgsqlConnection connection,
        TimelineQuestion question,
        List<int> series,
        TimeSpan step,
        CancellationToken ct
    )
    {
        var (from, to) = (question.From, question.To);
        var (points, multiBucket) = await LineQueries.PointsAsync(connection, series, from, to, step, ct);
        var firewalls = await FirewallIdsAsync(connection, question.Filter.Only.Firewalls, ct);
        LanePage lanes;
        if (question.ViewBy == ViewBy.Firewall)
        {
            lanes = await FirewallLanes.PageAsync(connection, question, step, ct);
        }
        else
        {
            var anomalies = await Anomalies.OfAsync(connection, series, from, to, ct);
            lanes = await ValueLanes.PageAsync(connection, question, anomalies, firewalls, step, ct);
        }
        var note =
            lanes.Prepared < 1
                ? $"Lanes and excess are being prepared: {Math.Floor(100 * lanes.Prepared)} % of the range is there."
                : null;
        return Timeline(question, step, series, points, lanes, BandBasis.Model, note) with
        {
            Prepared = lanes.Prepared,
            MultiBucket = multiBucket,
            WeekBefore = question.ComparesWeek
                ? await WeekBeforeAsync(connection, question, firewalls, step, ct)
                : null,
        };
    }

    private static async Task<ExplorerTimeline> FilteredAsync(
        NpgsqlConnection connection,
        TimelineQuestion question,
        List<int> series,
        TimeSpan step,
        CancellationToken ct
    )
    {
        var isCut = question.To - question.From > LongestFiltered;
        var read = isCut ? question with { From = TimeSteps.Ceiling(question.To - LongestFiltered, step) } : question;
        var (condition, parameters) = FilterSql.Of(question.Filter);
        var line = new FilteredLine(read, step, await ScoredUntilAsync(connection, ct), condition, parameters);

        var anomalies = await Anomalies.OfAsync(connection, series, read.From, read.To, ct);
        var (counts, lanes) = await FilteredLanes.ReadAsync(connection, line, anomalies, ct);
        var (points, basis) = await line.PointsAsync(connection, counts, ct);
        string[] notes =
        [
            .. isCut ? ["This filter is counted from flows, for the last 7 days of the range."] : Array.Empty<string>(),
            basis == BandBasis.None
                ? "A filtered line has a band for a day at most, and from three days of history on."
                : "The band is that of the same traffic on the seven days before; it is not scored.",
        ];
        return Timeline(question, step, [], points, lanes, basis, string.Join(' ', notes)) with
        {
            WeekBefore = question.ComparesWeek ? await line.DayAsync(connection, week.Days, ct) : null,
        };
    }

    private static ExplorerTimeline Timeline(
        TimelineQuestion question,
        TimeSpan step,
        List<int> series,
        IReadOnlyList<TimelinePoint> points,
        LanePage lanes,
        BandBasis basis,
        string? note
    ) =>
        new(
            question.From,
            question.To,
            step,
            series is [var only] ? only : null,
            points,
            new HashSet<DateTimeOffset>(),
            lanes.Lanes,
            lanes.LaneCount,
            lanes.Excess,
            ExplorerEvents.None,
            basis,
            note
        );

    private static async Task<IReadOnlyDictionary<DateTimeOffset, double>> WeekBeforeAsync(
        NpgsqlConnection connection,
        TimelineQuestion question,
        int[] firewalls,
        TimeSpan step,
        CancellationToken ct
    )
    {
        var counts = await connection.RowsAsync(
            WeekBefore,
            row => (At: row.Time(0), Count: row.GetDouble(1)),
            ct,
            ("from", question.From - week),
            ("to", question.To - week),
            ("step", step),
            ("span", TimeSteps.SpanOf(step)),
            ("firewalls", firewalls)
        );
        return counts.ToDictionary(count => count.At, count => count.Count);
    }

    private static async Task<DateTimeOffset> ScoredUntilAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var next = await connection.ScalarAsync<DateTime?>(
            "SELECT max(next_bucket) FROM series WHERE job_id = @job",
            ct,
            ("job", BuiltInJobs.Total)
        );
        return next is { } at ? new(at, TimeSpan.Zero) : DateTimeOffset.MinValue;
    }

    private static async Task<int[]> FirewallIdsAsync(
        NpgsqlConnection connection,
        IReadOnlyList<string> names,
        CancellationToken ct
    ) =>
        names.Count == 0
            ? [RollupStore.AllFirewalls]
            :
            [
                .. await connection.RowsAsync(
                    "SELECT DISTINCT coalesce(alias_of_id, id) FROM firewalls WHERE name = ANY(@names)",
                    row => row.GetInt32(0),
                    ct,
                    ("names", names.ToArray())
                ),
            ];
}
