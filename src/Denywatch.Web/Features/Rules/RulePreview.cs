using System.Collections.Concurrent;
using Denywatch.Alerting;
using Denywatch.Alerting.Replay;
using Denywatch.Detection;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Replay;
using Denywatch.Web.Features.Scoring;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Rules;

/// <summary>What other settings of a rule would have done.</summary>
/// <param name="From">Start of the time that was looked at.</param>
/// <param name="Before">Alerts of the rule in that time.</param>
/// <param name="Now">As many as there would have been.</param>
/// <param name="Alerts">Those that would change, the lost first.</param>
public sealed record RulePreviewResult(DateTimeOffset From, int Before, int Now, IReadOnlyList<AlertEffect> Alerts)
{
    /// <summary>Alerts that would be there as before, or with other numbers, by their peak.</summary>
    public IReadOnlyList<KeptAlert> Kept { get; init; } = [];

    /// <summary>Confirmed true positives that would be lost.</summary>
    public IReadOnlyList<AlertEffect> Lost => [.. Alerts.Where(alert => alert.IsLost)];
}

/// <summary>An alert that other settings leave.</summary>
public sealed record KeptAlert(long Id, string Title, DateTimeOffset PeakAt);

/// <summary>
/// Tries other settings of a rule on the past: records stay as they were scored, and which of them alert is judged anew, by
/// the same code that does it once the settings are saved.
/// </summary>
public sealed class RulePreview(
    RecordStore records,
    AlertEffects effects,
    SeriesRates rates,
    IDbContextFactory<DenywatchDb> dbs,
    NpgsqlDataSource source
)
{
    /// <summary>How far back settings are tried, and hold once they are saved.</summary>
    public static readonly TimeSpan Reach = TimeSpan.FromDays(30);

    /// <returns>Null where there is no such rule.</returns>
    public async Task<RulePreviewResult?> OfAsync(Guid ruleId, RuleSettings settings, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.Rules.AsNoTracking().SingleOrDefaultAsync(r => r.Id == ruleId, ct) is not { } rule)
            return null;

        var due = await SeriesAsync(rule, ct);
        var found = new ConcurrentBag<(DueSeries Series, ReconciledEpisode Episode)>();
        await Parallel.ForEachAsync(
            due,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = ct },
            async (series, stop) =>
            {
                await using var connection = await source.OpenConnectionAsync(stop);
                var scored = await ScoredAsync(connection, series, rule, settings, stop);
                foreach (var episode in await ChangesAsync(connection, series, scored, rule, settings, stop))
                    found.Add((series, episode));
            }
        );
        var order = due.Select((series, i) => (series.Id, i)).ToDictionary();
        var told = await effects.OfAsync(
            [.. found.OrderBy(f => order[f.Series.Id])],
            CountedFlows.Stored,
            new(null, 0, 1, 1),
            ct
        );

        var from = due.Count == 0 ? DateTimeOffset.MaxValue : due.Max(series => series.NextBucket) - Reach;
        var before = await db
            .Alerts.Where(alert =>
                alert.RuleId == ruleId
                && alert.LastBucket >= from
                && !alert.IsStorm
                && alert.CloseReason != CloseReason.Rescored
            )
            .OrderBy(alert => alert.PeakAt)
            .Select(alert => new KeptAlert(alert.Id, alert.Title, alert.PeakAt))
            .ToListAsync(ct);
        var more = told.Count(e => e.Fate is EpisodeFate.Appears or EpisodeFate.Returns);
        var gone = told.Where(e => e.Fate == EpisodeFate.Vanishes).Select(e => e.AlertId).ToHashSet();
        return new(from, before.Count, before.Count + more - gone.Count, told)
        {
            Kept = before.FindAll(alert => !gone.Contains(alert.Id)),
        };
    }

    /// <summary>Scored series of the rule's jobs, in the order in which they are told.</summary>
    public async Task<List<DueSeries>> SeriesAsync(Rule rule, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var firewalls = await db
            .Series.Where(s => s.FirewallId != null)
            .Select(s => s.FirewallId!.Value)
            .ToListAsync(ct);
        var all = await records.CountingAsync([.. firewalls.Distinct()], ct, suspects: true);
        return all.FindAll(series => rule.JobIds.Contains(series.JobId, StringComparer.Ordinal));
    }

    /// <summary>A series as it stands, with those of its records that either settings may tell.</summary>
    public async Task<ReplayedSeries> ScoredAsync(
        NpgsqlConnection connection,
        DueSeries series,
        Rule rule,
        RuleSettings settings,
        CancellationToken ct
    )
    {
        var kept = await RecordStore.RecordsAsync(
            connection,
            series.Id,
            series.NextBucket - Reach,
            series.NextBucket,
            Math.Min(rule.ToSettings().Line, settings.Line),
            ct
        );
        return new(ModelOf(series), series.NextBucket, kept, [], LearnsAnew: false, await rates.OfAsync(series.Id, ct));
    }

    /// <summary>A copy of a series' model; a new one where its state is of another version.</summary>
    internal static SeriesModel ModelOf(DueSeries series)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(series.TimeZone);
        return series.State is { } state && SeriesModel.CanLoad(state)
            ? SeriesModel.Load(state, zone)
            : SeriesModel.Start(series.BucketSpan, zone);
    }

    /// <summary>What the settings do to a series' episodes.</summary>
    public static Task<List<ReconciledEpisode>> ChangesAsync(
        NpgsqlConnection connection,
        DueSeries series,
        ReplayedSeries scored,
        Rule rule,
        RuleSettings settings,
        CancellationToken ct
    ) => EpisodeChanges.OfAsync(connection, series, scored, [rule], _ => settings, trial: null, ct);
}
