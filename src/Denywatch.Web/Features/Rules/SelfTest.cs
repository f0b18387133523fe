using System.Collections.Concurrent;
using System.Text.Json.Serialization;
using Denywatch.Alerting;
using Denywatch.Detection;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Scoring;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Rules;

/// <summary>What a rule would make of a spike.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SelfTestVerdict>))]
public enum SelfTestVerdict
{
    /// <summary>It would alert.</summary>
    Caught,

    /// <summary>It is too small for this series: the line is higher.</summary>
    Missed,

    /// <summary>The baseline is not known yet.</summary>
    Learning,
}

/// <summary>A made-up spike on one series.</summary>
/// <param name="Bucket">Start of the first bucket that is not closed, which it was put into.</param>
/// <param name="Typical">Denies that are expected there.</param>
/// <param name="Actual">Denies with the spike: the expected ones and those that were put in.</param>
/// <param name="Score">Record score, 0 to 100, as the closed bucket would have it.</param>
/// <param name="Smallest">Fewest denies of this bucket that alert; null while it learns.</param>
public sealed record SelfTestRow(
    int SeriesId,
    string JobId,
    string Partition,
    DateTimeOffset Bucket,
    double Typical,
    double Actual,
    double Score,
    double? Smallest,
    SelfTestVerdict Verdict
);

/// <summary>
/// Puts a spike into copies of the live baselines and judges it by the code and the settings that judge real buckets: it
/// shows that the rule would alert now, and writes nothing.
/// </summary>
public sealed class SelfTest(RulePreview preview, SeriesRates rates, IDbContextFactory<DenywatchDb> dbs)
{
    /// <summary>Denies that may be put in.</summary>
    public const long Most = 1_000_000_000;

    /// <param name="denies">Put in on top of what is expected, from 1 to <see cref="Most"/>.</param>
    /// <param name="progress">Told the share that is done, 0 to 1.</param>
    /// <returns>Each scored series of the rule's jobs, the missed first; null where there is no such rule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">So many cannot be put in.</exception>
    public async Task<IReadOnlyList<SelfTestRow>?> OfAsync(
        Guid ruleId,
        long denies,
        CancellationToken ct,
        IProgress<double>? progress = null
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(denies, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(denies, Most);
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.Rules.AsNoTracking().SingleOrDefaultAsync(r => r.Id == ruleId, ct) is not { } rule)
            return null;

        var settings = rule.ToSettings();
        // A spike of denies says nothing to a job that looks for fewer of them, or at values.
        var series = (await preview.SeriesAsync(rule, ct)).FindAll(one =>
            one.Counting.Detector is Detector.HighCount or Detector.HighNonZeroCount
        );
        var rows = new ConcurrentBag<SelfTestRow>();
        await Parallel.ForEachAsync(
            series,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = ct },
            async (one, stop) =>
            {
                rows.Add(Tried(one, denies, settings, await rates.OfAsync(one.Id, stop)));
                progress?.Report((double)rows.Count / series.Count);
            }
        );
        return
        [
            .. rows.OrderBy(row =>
                    row.Verdict switch
                    {
                        SelfTestVerdict.Missed => 0,
                        SelfTestVerdict.Learning => 1,
                        _ => 2,
                    }
                )
                .ThenByDescending(row => row.Typical)
                .ThenBy(row => row.SeriesId),
        ];
    }

    private static SelfTestRow Tried(DueSeries series, long denies, RuleSettings settings, Sensitivity rate)
    {
        var model = RulePreview.ModelOf(series);
        var bucket = series.NextBucket;
        var typical = model.Score(bucket, actual: null, rate).Typical;
        var actual = Math.Round(typical) + denies;
        var record = model.Score(bucket, actual, rate);
        return new(
            series.Id,
            series.JobId,
            series.Partition,
            bucket,
            typical,
            actual,
            record.Score,
            model.Explain(bucket, actual, rate, settings.Line).CrossingCount is { } crossing
                ? Smallest(crossing, typical, settings)
                : null,
            record.IsLearning ? SelfTestVerdict.Learning
                : settings.IsMetBy(record) ? SelfTestVerdict.Caught
                : SelfTestVerdict.Missed
        );
    }

    private static double Smallest(long crossing, double typical, RuleSettings settings) =>
        Math.Ceiling(
            new[] { crossing, settings.Floor, typical + settings.MinimumExcess, settings.Ratio * typical }.Max()
        );
}
