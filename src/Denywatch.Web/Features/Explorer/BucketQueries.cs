using Denywatch.Alerting;
using Denywatch.Events.Exceptions;
using Denywatch.Storage;
using Denywatch.Web.Features.Overview;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Features.Scoring;
using Denywatch.Web.Ui.Charts;
using Npgsql;

namespace Denywatch.Web.Features.Explorer;

/// <summary>Takes one stretch of time apart, from its flows.</summary>
public sealed class BucketQueries(NpgsqlDataSource source, Findings findings, TimelineQueries timelines)
{
    /// <summary>A longer stretch is told by its worst bucket: reading all its comparable days would take minutes.</summary>
    public static readonly TimeSpan LongestEvidence = TimeSpan.FromHours(6);

    private const int MostLines = 20;

    // A line is kept beside its flow, not with it: it is found by what both have.
    private const string Lines = """
        SELECT r.line FROM raw_lines r
        WHERE r.slice >= @from AND r.slice < @to
          AND (r.slice, r.firewall_id, coalesce(r.source, '0.0.0.0'), coalesce(r.destination, '0.0.0.0'),
               coalesce(r.destination_port, 0)) IN (
            SELECT f.slice, f.firewall_id, coalesce(f.source, '0.0.0.0'), coalesce(f.destination, '0.0.0.0'),
                   coalesce(f.destination_port, 0)
            FROM all_flows f WHERE f.slice >= @from AND f.slice < @to AND f.excepted_by IS NULL AND {condition})
        ORDER BY r.received_at DESC LIMIT @most
        """;

    public async Task<BucketDetail> OfAsync(BucketQuestion question, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(question);
        var filter = FilterOf(question);
        var (series, record, expected, span) = await ScoredAsync(question, filter, ct);
        var (from, to) = (question.From, question.To);
        if (to - from > LongestEvidence)
        {
            from = record?.Bucket ?? to - span;
            to = from + span;
        }

        var only = FilterSql.Of(filter);
        var counted = new CountedFlows($"f.excepted_by IS NULL AND {only.Sql}", only.Parameters);
        var (now, excess, cause) = await findings.OfAsync(from, to - from, from, firewallId: null, ct, counted);
        var isWhole = from == question.From && to == question.To;
        var count = isWhole ? excess.Count : await CountAsync(question, only, ct);
        var typical = expected ?? (isWhole && excess.ComparableBuckets > 0 ? excess.Typical : null);
        return new(
            question.From,
            question.To,
            series,
            record,
            count,
            typical,
            typical >= 1 ? count / typical : null,
            Sentences.Summary(excess, cause, isWhole ? typical : record?.Typical),
            excess,
            cause,
            from,
            to,
            CrossTables.Of(now, excess, Dimension.Source, Dimension.Port),
            CrossTables.Of(now, excess, Dimension.Source, Dimension.Destination),
            await LinesAsync(from, to, only, ct)
        );
    }

    /// <summary>The series that scores this very traffic, and its worst bucket in the stretch; null where none does.</summary>
    public async Task<(int SeriesId, DateTimeOffset Bucket)?> ScoredBucketAsync(
        BucketQuestion question,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(question);
        var (series, worst, _, _) = await ScoredAsync(question, FilterOf(question), ct);
        return series is { } id ? (id, worst?.Bucket ?? question.From) : null;
    }

    private static TrafficFilter FilterOf(BucketQuestion question) =>
        question.Firewall is { } name
            ? question.Filter with
            {
                Only = question.Filter.Only with { Firewalls = [name] },
            }
            : question.Filter;

    /// <summary>The series that scores this very traffic, its worst record in the stretch, and what the model expected in all of it.</summary>
    private async Task<(int? Series, TimelinePoint? Worst, double? Expected, TimeSpan Span)> ScoredAsync(
        BucketQuestion question,
        TrafficFilter filter,
        CancellationToken ct
    )
    {
        var (job, partition) = filter.Only.Firewalls is [var only]
            ? (BuiltInJobs.ByFirewall, only)
            : (BuiltInJobs.Total, "");
        if (
            !filter.IsOfFirewalls
            || filter.Only.Firewalls.Count > 1
            || await timelines.SeriesOfAsync(job, partition, ct) is not var (series, span)
        )
            return (null, null, null, TimeSpan.FromMinutes(15));

        var points = await timelines.PointsAsync(series, question.From, question.To, ct);
        var expects = points.Count > 0 && points.All(point => point.Typical is not null);
        return (
            series,
            points.MaxBy(point => point.Score ?? -1),
            expects ? points.Sum(point => point.Typical) : null,
            span
        );
    }

    private async Task<long> CountAsync(
        BucketQuestion question,
        (string Sql, IReadOnlyList<(string, object?)> Parameters) only,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.ScalarAsync<long>(
            $"""
            SELECT coalesce(sum(f.count), 0)::bigint FROM all_flows f
            WHERE f.slice >= @from AND f.slice < @to AND f.excepted_by IS NULL AND {only.Sql}
            """,
            ct,
            [.. only.Parameters, ("from", question.From), ("to", question.To)]
        );
    }

    private async Task<List<string>> LinesAsync(
        DateTimeOffset from,
        DateTimeOffset to,
        (string Sql, IReadOnlyList<(string, object?)> Parameters) only,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.RowsAsync(
            Lines.Replace("{condition}", only.Sql, StringComparison.Ordinal),
            row => row.GetString(0),
            ct,
            [.. only.Parameters, ("from", from), ("to", to), ("most", MostLines)]
        );
    }
}
