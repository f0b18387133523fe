using System.Collections.Concurrent;
using Denywatch.Storage;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Features.DataSources;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Ui;
using Denywatch.Web.Ui.Charts;
using Npgsql;

namespace Denywatch.Web.Features.Overview;

/// <summary>The estate's timeline, and the alerts that lie on it.</summary>
/// <param name="MoreLanes">Firewalls that have no lane of their own on this page.</param>
/// <param name="Comparable">Learnt buckets like the current one; null once the model scores.</param>
public sealed record EstateTimeline(TimelineModel Model, int MoreLanes, int? Comparable);

/// <summary>A value and its share, in one of the ways to look at denies.</summary>
public sealed record TopValue(string Kind, string Value, double Share, bool IsNew);

/// <summary>Who stands out now.</summary>
/// <param name="Alert">The live alert whose excess it is; null where these are shares of all denies of the last 15 minutes.</param>
public sealed record TopNow(AlertRow? Alert, IReadOnlyList<TopValue> Values);

/// <summary>What the overview asks. Answers are shared between pages for a moment.</summary>
public sealed class OverviewQueries(
    NpgsqlDataSource source,
    TimelineQueries timelines,
    AlertQueries alerts,
    RuleQueries rules,
    DataSourceQueries dataSources,
    TimeProvider clock
)
{
    private const int TopEach = 4;

    private const string Busiest = """
        WITH f AS (SELECT firewall_id, host(source) AS source, destination_port, transport, count
                   FROM all_flows WHERE slice >= @from AND slice < @to),
        v AS (
            SELECT 'source address' AS kind, source AS value, sum(count) AS count FROM f WHERE source IS NOT NULL GROUP BY 2
            UNION ALL
            SELECT 'port', destination_port || coalesce('/' || transport, ''), sum(count) FROM f
            WHERE destination_port IS NOT NULL GROUP BY 2
            UNION ALL
            SELECT 'firewall', w.name, sum(f.count) FROM f JOIN firewalls w ON w.id = f.firewall_id GROUP BY 2)
        SELECT kind, value, count::float8 / nullif((SELECT sum(count) FROM f), 0)
        FROM (SELECT v.*, row_number() OVER (PARTITION BY kind ORDER BY count DESC) AS place FROM v) ranked
        WHERE place <= @each ORDER BY kind DESC, count DESC
        """;

    private readonly ConcurrentDictionary<string, Moment<EstateTimeline>> timelineMoments = new(StringComparer.Ordinal);
    private readonly Moment<IReadOnlyList<SourceRow>> sourcesMoment = new(TimeSpan.FromSeconds(5), clock);
    private readonly Moment<TopNow> topMoment = new(TimeSpan.FromSeconds(15), clock);

    public Task<EstateTimeline> TimelineAsync(TimeRange range, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(range);
        if (!range.FollowsNow)
            return ReadTimelineAsync(range, ct);

        return timelineMoments
            .GetOrAdd(range.ToString(), _ => new(TimeSpan.FromSeconds(1), clock))
            .GetAsync(() => ReadTimelineAsync(range, CancellationToken.None))
            .WaitAsync(ct);
    }

    public Task<IReadOnlyList<SourceRow>> SourcesAsync(CancellationToken ct) =>
        sourcesMoment.GetAsync(() => dataSources.AllAsync(CancellationToken.None)).WaitAsync(ct);

    public Task<TopNow> TopAsync(CancellationToken ct) => topMoment.GetAsync(ReadTopAsync).WaitAsync(ct);

    private async Task<EstateTimeline> ReadTimelineAsync(TimeRange range, CancellationToken ct)
    {
        var (from, to) = range.At(clock.GetUtcNow());
        if (await timelines.SeriesOfAsync(BuiltInJobs.Total, "", ct) is not var (series, span))
            return new(new([], [], TimeSpan.FromMinutes(15)) { From = from, To = to }, 0, null);

        from = Aligned(from, span);
        var points = await timelines.PointsAsync(series, from, to, ct);
        var (lanes, more) = await timelines.LanesAsync(BuiltInJobs.ByFirewall, from, to, span, ct);
        int? comparable = null;
        if (points.Count == 0 || points[^1].State == PointState.Learning || points.All(point => point.Score is null))
            comparable = await rules.SeriesAsync([BuiltInJobs.Total], ct) is [var only, ..] ? only.Comparable : 0;
        var changes = await timelines.ChangesAsync(firewallId: null, from, to, ct);
        return new(
            new(points, lanes, span)
            {
                From = from,
                To = to,
                Changes = changes,
            },
            more,
            comparable
        );
    }

    private async Task<TopNow> ReadTopAsync()
    {
        if (await alerts.LiveAsync(CancellationToken.None) is ({ } row, { } evidence))
        {
            (Denywatch.Alerting.Dimension Dimension, string Kind)[] shown =
            [
                (Denywatch.Alerting.Dimension.Source, "source address"),
                (Denywatch.Alerting.Dimension.Port, "port"),
                (Denywatch.Alerting.Dimension.Firewall, "firewall"),
            ];
            return new(
                row,
                [
                    .. shown.SelectMany(way =>
                        evidence
                            .Excess.By(way.Dimension)
                            .Top.Where(part => part.Share >= 0.05)
                            .Take(TopEach)
                            .Select(part => new TopValue(way.Kind, part.Value, part.Share, part.IsNew))
                    ),
                ]
            );
        }

        var now = clock.GetUtcNow();
        await using var connection = await source.OpenConnectionAsync();
        return new(
            null,
            await connection.RowsAsync(
                Busiest,
                value => new TopValue(value.GetString(0), value.GetString(1), value.OrNull<double>(2) ?? 0, false),
                CancellationToken.None,
                ("from", Aligned(now, TimeSpan.FromMinutes(5)).AddMinutes(-15)),
                ("to", now),
                ("each", TopEach)
            )
        );
    }

    private static DateTimeOffset Aligned(DateTimeOffset at, TimeSpan span) =>
        new(at.UtcTicks - (at.UtcTicks % span.Ticks), TimeSpan.Zero);
}
