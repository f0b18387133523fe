using System.Globalization;
using Denywatch.Detection;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Scoring;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Rules;

/// <summary>What a rule did not judge in the last <see cref="RulePreview.Reach"/>, and what was filled of it.</summary>
/// <param name="Gaps">In order of time.</param>
/// <param name="Fills">The newest first.</param>
public sealed record RuleGapList(IReadOnlyList<RuleGap> Gaps, IReadOnlyList<RuleFill> Fills)
{
    /// <summary>The one that is being filled; null where none is.</summary>
    public RuleFill? AtWork => Fills.FirstOrDefault(fill => fill.IsAtWork);
}

/// <summary>Buckets of a series that have no record although later ones do.</summary>
internal sealed record RecordHole(int SeriesId, string Title, DateTimeOffset From, DateTimeOffset To);

/// <summary>Reads where a rule judged nothing.</summary>
public sealed class RuleGapQueries(IDbContextFactory<DenywatchDb> dbs, TimeProvider clock)
{
    private static readonly TimeSpan ShortestSpan = TimeSpan.FromMinutes(15);

    // Of a suspect only the buckets in which it was one have a record.
    private const string Holes = $"""
        SELECT s.id, s.partition, r.bucket + j.bucket_span, r.next, j.partition_field
        FROM series s JOIN jobs j ON j.id = s.job_id
        CROSS JOIN LATERAL (SELECT bucket, lead(bucket) OVER (ORDER BY bucket) AS next FROM records
                            WHERE series_id = s.id AND bucket >= @since) r
        WHERE s.job_id = ANY(@jobs) AND r.next > r.bucket + j.bucket_span AND NOT {Detectors.FindingSuspects}
        ORDER BY 3, s.id
        """;

    private const string Stopped = """
        SELECT j.title, j.is_open, j.stopped_by, j.stopped_why, min(s.next_bucket)
        FROM jobs j JOIN series s ON s.job_id = j.id
        WHERE j.id = ANY(@jobs) AND (NOT j.is_open OR j.stopped_at IS NOT NULL)
        GROUP BY j.id ORDER BY j.title
        """;

    /// <summary>Null where there is no such rule.</summary>
    public async Task<RuleGapList?> OfAsync(Guid ruleId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.Rules.AsNoTracking().SingleOrDefaultAsync(r => r.Id == ruleId, ct) is { } rule
            ? await OfAsync(db, rule, ct)
            : null;
    }

    private async Task<RuleGapList> OfAsync(DenywatchDb db, Rule rule, CancellationToken ct)
    {
        var until = CountedSpan.StartOf(clock.GetUtcNow(), ShortestSpan);
        var since = until - RulePreview.Reach;
        await db.Database.OpenConnectionAsync(ct);
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var fills = await RuleFillStore.OfAsync(connection, rule.Id, since, ct);
        var switches = (await RuleSwitches.OfAsync(db, [rule], ct))[rule.Id];

        List<RuleGap> gaps = [.. RuleGaps.Off(switches, since, until, ShortestSpan)];
        gaps.AddRange(
            (await HolesAsync(connection, rule.JobIds, since, ct))
                .GroupBy(hole => (hole.From, hole.To))
                .Select(same => new RuleGap(same.Key.From, same.Key.To, GapCause.NotScored, HoleText([.. same])))
        );
        gaps =
        [
            .. RuleGaps.Without(gaps, [.. fills.Where(f => f.State == FillState.Done).Select(f => (f.From, f.To))]),
        ];
        gaps.AddRange(await StoppedAsync(connection, rule.JobIds, until, ct));
        gaps.AddRange(await IntakeAsync(db, since, ct));
        return new([.. gaps.OrderBy(gap => gap.From).ThenBy(gap => gap.To)], fills);
    }

    internal static Task<List<RecordHole>> HolesAsync(
        NpgsqlConnection connection,
        string[] jobIds,
        DateTimeOffset since,
        CancellationToken ct
    ) =>
        connection.RowsAsync(
            Holes,
            row => new RecordHole(
                row.GetInt32(0),
                ScoredSeries.TitleOf(row.GetString(1), row.TextOrNull(4)),
                row.Time(2),
                row.Time(3)
            ),
            ct,
            ("jobs", jobIds),
            ("since", since)
        );

    private static string HoleText(IReadOnlyList<RecordHole> same) =>
        same.Count == 1
            ? $"Its buckets have no result for {same[0].Title}."
            : string.Create(CultureInfo.InvariantCulture, $"Its buckets have no result for {same.Count} series.");

    private static async Task<List<RuleGap>> StoppedAsync(
        NpgsqlConnection connection,
        string[] jobIds,
        DateTimeOffset until,
        CancellationToken ct
    )
    {
        var stopped = await connection.RowsAsync(
            Stopped,
            row =>
                (
                    Title: row.GetString(0),
                    IsOpen: row.GetBoolean(1),
                    By: row.TextOrNull(2),
                    Why: row.TextOrNull(3),
                    From: row.Time(4)
                ),
            ct,
            ("jobs", jobIds)
        );
        return
        [
            .. stopped
                .Where(job => job.From < until)
                .Select(job => new RuleGap(
                    job.From,
                    until,
                    GapCause.FeedStopped,
                    job.IsOpen
                        ? $"The feed of “{job.Title}” is stopped, by {job.By}: {job.Why?.TrimEnd('.')}."
                        : $"The job “{job.Title}” is closed.",
                    "What comes is counted: start the feed on the job's page, and it is scored and judged from there on."
                )),
        ];
    }

    private static async Task<List<RuleGap>> IntakeAsync(DenywatchDb db, DateTimeOffset since, CancellationToken ct)
    {
        var shortest = CountedSpan.MostGap * ShortestSpan;
        var down = await db.IntakeGaps.AsNoTracking().Where(gap => gap.To > since).ToListAsync(ct);
        return
        [
            .. down.Where(gap => gap.To - gap.From > shortest)
                .Select(gap => new RuleGap(
                    gap.From,
                    gap.To,
                    GapCause.IntakeDown,
                    $"No node took events in: {gap.Reason.TrimEnd('.')}.",
                    "It cannot be filled from here. Import the logs of that time, and they are counted, scored and judged:"
                )),
        ];
    }
}
