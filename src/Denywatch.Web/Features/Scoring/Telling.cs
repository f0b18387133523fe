using Denywatch.Alerting;
using Denywatch.Alerting.Replay;
using Denywatch.Detection;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Alerts;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Scoring;

/// <summary>One rule told about one series' records, inside one transaction.</summary>
internal sealed class Telling(
    DenywatchDb db,
    NpgsqlConnection connection,
    ScoredSeries series,
    Rule rule,
    bool isFinal,
    TimeProvider? clock
)
{
    private StoredEpisode? open;
    private bool isRead;

    public DenywatchDb Db => db;
    public NpgsqlConnection Connection => connection;
    public ScoredSeries Series => series;
    public Rule Rule => rule;
    public bool IsFinal => isFinal;

    /// <summary>What it raises was found late, however young it is: nobody is notified.</summary>
    public bool IsFoundLate { get; init; }

    public RuleSettings Settings { get; } = rule.ToSettings();

    /// <summary>Where an alert's severity starts.</summary>
    public Severity Severity =>
        Enum.TryParse<Severity>(rule.Severity, ignoreCase: true, out var severity) ? severity : Severity.Low;

    /// <summary>An end reason as alerts and pages write it.</summary>
    public static string Word(EndReason? reason) =>
        reason switch
        {
            EndReason.NewLevel => "new level",
            EndReason.SourceQuiet => "source quiet",
            EndReason.Excepted => "excepted",
            _ => "subsided",
        };

    /// <summary>The clock's time; without a clock the moment after the bucket's end, as if it had been live.</summary>
    public DateTimeOffset NowAt(DateTimeOffset bucket) =>
        clock?.GetUtcNow().ToMicroseconds() ?? bucket + series.BucketSpan + RecordStore.ShortestSettling;

    /// <summary>How an alert lists this rule and series among what matched.</summary>
    public string Match => $"{rule.Name}: {series.Title}";

    /// <summary>The episode that goes on, read once and followed from then on: a month of records asks for it each time.</summary>
    public async ValueTask<StoredEpisode?> OpenAsync(CancellationToken ct)
    {
        if (!isRead)
            (open, isRead) = (await EpisodeStore.OpenAsync(connection, series.Id, rule.Id, ct), true);
        return open;
    }

    /// <summary>
    /// Records of the buckets that an episode would have to begin with before <paramref name="bucket"/>, as far as the rule may
    /// tell them. Before a bucket that is open there may be others.
    /// </summary>
    public async Task<IReadOnlyList<AnomalyRecord>> BeforeAsync(DateTimeOffset bucket, CancellationToken ct)
    {
        var from = bucket - (rule.Duration - 1) * series.BucketSpan;
        var before = await RecordStore.RecordsAsync(connection, series.Id, from, bucket, Settings.Line, ct);
        if (!isFinal)
        {
            var growing = await OpenBucketStore.ListAsync(connection, ct, series.Id);
            before.AddRange(
                growing
                    .Where(one => one.Bucket >= from && one.Bucket < bucket)
                    .Select(one => FrozenScore.RecordOf(one, one.Actual))
            );
        }
        return before.FindAll(record => rule.AlertsFor(record.Bucket));
    }

    /// <summary>An episode that vanished with what an episode begins with; null where there is none.</summary>
    public async Task<KnownEpisode?> VanishedAsync(Episode episode, CancellationToken ct)
    {
        var known = await EpisodeStore.SinceAsync(connection, series.Id, rule.Id, episode.Started, ct);
        return known.Find(one => one.IsVanished && one.Episode.Started <= episode.LastAbove);
    }

    public async Task WriteAsync(StoredEpisode episode, DateTimeOffset? startedBefore, CancellationToken ct)
    {
        await EpisodeStore.WriteAsync(connection, episode, startedBefore, ct);
        open = episode.Episode.Ended is null ? episode : null;
    }

    /// <summary>
    /// Excepted, where exceptions took away at least half of the episode's excess in the buckets after it; its own reason
    /// otherwise.
    /// </summary>
    public async Task<EndReason?> EndReasonAsync(Episode ended, DateTimeOffset until, CancellationToken ct)
    {
        var (from, _) = series.WindowOf(ended.LastAbove + series.BucketSpan);
        var excepted = await CountStore.ExceptedAsync(connection, series.FirewallId, series.Own, from, until, ct);
        var excess = (ended.PeakActual - ended.PeakTypical) * Math.Max(1, (until - from) / series.Window);
        return until > from && excepted >= excess / 2 ? Alerting.EndReason.Excepted : ended.Reason;
    }

    public async Task<Alert> AlertAsync(long id, CancellationToken ct) =>
        db.Alerts.Local.FirstOrDefault(alert => alert.Id == id)
        ?? await db.Alerts.SingleAsync(alert => alert.Id == id, ct);

    public void Note(long alertId, DateTimeOffset at, string kind, string text) =>
        db.AlertNotes.Add(
            new()
            {
                AlertId = alertId,
                At = at,
                By = Accounts.Actor.System.Name,
                Kind = kind,
                Text = text,
            }
        );

    /// <summary>Changes how an alert stands, with its line and its entry in the audit trail; false where it does not.</summary>
    public bool Change(
        Alert alert,
        DateTimeOffset at,
        (string Deed, string Kind) what,
        string sentence,
        Func<Alert, bool> change
    ) => AlertHistory.Change(db, Accounts.Actor.System, alert, what, sentence, at, change);

    /// <summary>
    /// Opens an alert again that was closed as no concern with an exception made from it, while something of it is still above
    /// the line: the verdict was about the traffic that the exception names, and says nothing of what is left.
    /// </summary>
    public async Task<bool> ReopenUnexplainedAsync(Alert alert, DateTimeOffset at, CancellationToken ct)
    {
        if (alert.CloseReason is not (CloseReason.BenignPositive or CloseReason.FalsePositive))
            return false;
        var exception = await db
            .Exceptions.Where(e => e.AlertId == alert.Id && e.RemovedAt == null && e.CreatedAt >= alert.ClosedAt)
            .OrderByDescending(e => e.Id)
            .Select(e => (int?)e.Id)
            .FirstOrDefaultAsync(ct);
        return exception is not null
            && Change(
                alert,
                at,
                ("reopen", "reopened"),
                $"Opened again: what exception {exception} does not explain is still above the line.",
                closed => closed.Reopen()
            );
    }

    /// <summary>The exception whose end let most of a bucket's excess count again; null where there is none.</summary>
    public Task<EndedException?> EndedAsync(AnomalyRecord record, CancellationToken ct) =>
        EndedExceptions.BehindAsync(
            connection,
            db,
            series.FirewallId,
            record.Bucket,
            record.Bucket + series.BucketSpan,
            record.Excess,
            ct
        );

    /// <summary>
    /// Actual minus typical over the episode's buckets, the one of <paramref name="record"/> as it stands now; at its peak
    /// where records tell of more than their bucket, since their sum would have the same deny many times.
    /// </summary>
    public async Task<double> ExcessAsync(Episode episode, AnomalyRecord record, CancellationToken ct)
    {
        if (series.Window > series.BucketSpan)
            return Math.Max(0, episode.PeakActual - episode.PeakTypical);

        var others = await connection.ScalarAsync<double>(
            """
            SELECT coalesce(sum(greatest(CASE WHEN @low THEN typical - actual ELSE actual - typical END, 0)), 0) FROM records
            WHERE series_id = @series AND bucket BETWEEN @from AND @to AND bucket <> @bucket
            """,
            ct,
            ("series", series.Id),
            ("low", record.IsLow),
            ("from", episode.Started),
            ("to", episode.LastAbove),
            ("bucket", record.Bucket)
        );
        return others + Math.Max(0, record.Excess);
    }
}
