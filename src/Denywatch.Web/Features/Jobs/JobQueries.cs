using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.DataSources;
using Denywatch.Web.Features.Scoring;
using Denywatch.Web.Ui;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Jobs;

/// <summary>A rule that reads a job.</summary>
public sealed record ReadingRule(Guid Id, string Name, bool IsEnabled);

/// <summary>When a task of the timetable last came to its end.</summary>
public sealed record TaskRun(string Task, DateTimeOffset EndedAt);

/// <summary>A job with everything its page shows.</summary>
/// <param name="Counted">Denies that are counted and kept, over all firewalls.</param>
/// <param name="NewestCount">Start of the newest slice that was counted.</param>
/// <param name="Noticed">What its models noticed as they learnt, the newest first.</param>
public sealed record JobDetail(
    JobFacts Facts,
    long Counted,
    DateTimeOffset? NewestCount,
    IReadOnlyList<ReadingRule> Rules,
    IReadOnlyList<TaskRun> Runs,
    IReadOnlyList<JobExclusion> Exclusions,
    IReadOnlyList<NoticedEvent> Noticed
);

/// <summary>What pages and the API ask about jobs.</summary>
public sealed class JobQueries(IDbContextFactory<DenywatchDb> dbs, NpgsqlDataSource source, DataSourceQueries sources)
{
    private const int MostNoticed = 50;

    private const string Facts = $"""
        SELECT j.id, j.title, j.description, j.detector, j.partition_field, j.parent_id, j.bucket_span, j.influencers,
               j.is_open, j.problem, count(s.id)::int,
               count(s.id) FILTER (WHERE last.is_learning IS NOT FALSE)::int,
               max(last.bucket), max(last.scored_at),
               coalesce(sum(greatest(0, floor(extract(epoch FROM now() - lag.settling - s.next_bucket)
                                              / extract(epoch FROM j.bucket_span))))
                        FILTER (WHERE NOT s.own_counts OR s.counted_since IS NOT NULL), 0)::int,
               now(), j.stopped_at, j.stopped_by, j.stopped_why, j.learn_from,
               count(s.id) FILTER (WHERE s.state IS NULL AND (s.rescore_from IS NOT NULL
                                         OR s.own_counts AND s.counted_since IS NOT NULL AND NOT ({Detectors.FindingSuspects})))::int,
               min(s.next_bucket + j.bucket_span + lag.settling) FILTER (WHERE NOT s.own_counts OR s.counted_since IS NOT NULL),
               coalesce(sum(octet_length(s.state)), 0)::bigint,
               (SELECT ended_at FROM task_runs WHERE task = @look),
               j.events, j.field, j.filter::text, j.has_own_counts, j.created_by, j.history_days, j.history_done,
               (SELECT max(slice) FROM source_slices WHERE slice >= now() - interval '7 days' AND allowed > 0),
               max(look.bucket), max(look.at), max(look.judged), max(look.found),
               (SELECT count(*) FROM suspect_days d WHERE d.job_id = j.id)::int
        FROM jobs j
        LEFT JOIN series s ON s.job_id = j.id
        LEFT JOIN suspect_looks look ON look.job_id = j.id
        {RecordStore.Settling}
        LEFT JOIN LATERAL (SELECT r.bucket, r.scored_at, r.is_learning FROM records r
                           WHERE r.series_id = s.id ORDER BY r.bucket DESC LIMIT 1) last ON true
        GROUP BY j.id ORDER BY j.is_open DESC, j.parent_id NULLS FIRST, j.has_own_counts, j.id
        """;

    public async Task<IReadOnlyList<JobFacts>> FactsAsync(CancellationToken ct)
    {
        var health = await sources.HealthAsync(ct);
        var quiet = health.Count(row => row.Health.State == LampState.Quiet);
        var lastLine = health.Count == 0 ? (DateTimeOffset?)null : health.Max(row => row.LastReceivedAt);
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.RowsAsync(
            Facts,
            row => new JobFacts(
                row.GetString(0),
                row.GetString(1),
                row.GetString(2),
                row.GetString(3),
                row.TextOrNull(4),
                row.TextOrNull(5),
                row.GetFieldValue<TimeSpan>(6),
                row.GetFieldValue<string[]>(7),
                row.GetBoolean(8),
                row.TextOrNull(9),
                row.GetInt32(10),
                row.GetInt32(11),
                row.OrNull<DateTimeOffset>(12),
                row.OrNull<DateTimeOffset>(13),
                row.GetInt32(14)
            )
            {
                AsOf = row.Time(15),
                StoppedAt = row.OrNull<DateTimeOffset>(16),
                StoppedBy = row.TextOrNull(17),
                StoppedWhy = row.TextOrNull(18),
                LearnFrom = row.OrNull<DateTimeOffset>(19),
                Relearning = row.GetInt32(20),
                CloseDue = row.OrNull<DateTimeOffset>(21),
                ModelBytes = row.GetInt64(22),
                LookedAt = row.OrNull<DateTimeOffset>(23),
                Events = Enum.Parse<CountedEvents>(row.GetString(24)),
                Field = row.TextOrNull(25),
                Filter = JobCounting.FilterOf(row.TextOrNull(26)),
                HasOwnCounts = row.GetBoolean(27),
                CreatedBy = row.TextOrNull(28),
                HistoryDays = row.GetInt32(29),
                HistoryDone = row.GetInt32(30),
                AllowedAt = row.OrNull<DateTimeOffset>(31),
                Look = row.IsDBNull(32)
                    ? null
                    : new(row.Time(32), row.Time(33), row.GetInt32(34), row.GetInt32(35), row.GetInt32(36)),
                Sources = health.Count,
                QuietSources = quiet,
                LastLineAt = lastLine,
            },
            ct,
            ("look", TaskRuns.Look),
            ("shortest", RecordStore.ShortestSettling),
            ("longest", RecordStore.LongestSettling)
        );
    }

    public async Task<JobDetail?> FindAsync(string id, CancellationToken ct)
    {
        if ((await FactsAsync(ct)).FirstOrDefault(job => job.JobId == id) is not { } facts)
            return null;

        await using var db = await dbs.CreateDbContextAsync(ct);
        var rules = await db
            .Rules.Where(rule => rule.JobIds.Contains(id))
            .OrderBy(rule => rule.Name)
            .Select(rule => new ReadingRule(rule.Id, rule.Name, rule.IsEnabled))
            .ToListAsync(ct);
        await using var connection = await source.OpenConnectionAsync(ct);
        var counted = await connection.RowsAsync(
            """
            SELECT CASE WHEN @own THEN (SELECT coalesce(sum(k.count), 0) FROM series_counts k JOIN series s ON s.id = k.series_id
                                        WHERE s.job_id = @job)
                        ELSE (SELECT coalesce(sum(count), 0) FROM counts WHERE span = 1440) END::bigint,
                   (SELECT max(at) FROM counts WHERE span = 5)
            """,
            row => (Denies: row.GetInt64(0), Newest: row.OrNull<DateTimeOffset>(1)),
            ct,
            ("own", facts.HasOwnCounts),
            ("job", id)
        );
        var runs = await connection.RowsAsync(
            "SELECT task, ended_at FROM task_runs WHERE task NOT LIKE 'discover %' OR task = @discover ORDER BY task = @look DESC, task",
            row => new TaskRun(row.GetString(0), row.Time(1)),
            ct,
            ("look", TaskRuns.Look),
            ("discover", TaskRuns.Discover(id))
        );
        var exclusions = await db
            .JobExclusions.AsNoTracking()
            .Where(period => period.JobId == id)
            .OrderByDescending(period => period.From)
            .ToListAsync(ct);
        var noticed = await NoticedEvents.BetweenAsync(
            connection,
            id,
            DateTimeOffset.UnixEpoch,
            facts.AsOf.AddDays(1),
            MostNoticed,
            ct
        );
        return new(facts, counted[0].Denies, counted[0].Newest, rules, runs, exclusions, noticed);
    }
}
