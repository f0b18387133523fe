using Denywatch.Detection;
using Denywatch.Detection.SlowSuspects;
using Denywatch.Storage;

namespace Denywatch.Web.Features.Suspects;

/// <summary>How suspicious one value of a job's partition is; what does not go on any more has score 0.</summary>
public sealed record Suspect(string Partition, AnomalyRecord Record)
{
    /// <summary>Nothing suspicious is left in the day of a bucket.</summary>
    public static Suspect Gone(string partition, DateTimeOffset bucket) =>
        new(partition, new(bucket, 0, 0, 0, 0, 1, 0, IsLearning: false));
}

/// <summary>Reads the day until the end of a bucket, and asks the pure code what it says.</summary>
public sealed class SuspectJudge(SuspectStore store)
{
    /// <param name="learnt">Known days before: where sources are compared with them and there are too few, none is judged.</param>
    /// <returns>Whoever did enough to be judged.</returns>
    public Task<List<Suspect>> OfAsync(JobCounting job, DateTimeOffset bucket, int learnt, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(job);
        var only = CountedFlows.Stored.Of(job.AllFlows);
        return job.Detector == Detector.Beacon ? BeaconsAsync(job, only, bucket, ct)
            : learnt >= SlowScan.FewestDays ? ScansAsync(job, only, bucket, ct)
            : Task.FromResult<List<Suspect>>([]);
    }

    /// <summary>What a value of the partition shows now in the day of a bucket that was judged before.</summary>
    public async Task<AnomalyRecord> AgainAsync(DueSeries series, DateTimeOffset bucket, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(series);
        var only = CountedFlows.Stored.Of(series.Counting.FlowsOf(series.Partition));
        var found =
            series.Counting.Detector == Detector.Beacon
                ? await BeaconsAsync(series.Counting, only, bucket, ct)
                : await ScansAsync(series.Counting, only, bucket, ct);
        return (found.Count == 0 ? Suspect.Gone(series.Partition, bucket) : found[0]).Record;
    }

    private async Task<List<Suspect>> BeaconsAsync(
        JobCounting job,
        CountedFlows only,
        DateTimeOffset bucket,
        CancellationToken ct
    )
    {
        var until = bucket + job.BucketSpan;
        var calls = await store.CallsAsync(only, until - job.Window, until, ct);
        var judged = calls.Select(call => (Call: call, Beacon: Beacon.Of(call.At) ?? default)).ToList();
        // An own clock that asks forty servers for the time is regular, and no beacon.
        var lists = judged
            .Where(found => found.Beacon.Score >= Beacon.Suspicious)
            .GroupBy(found => (found.Call.Caller.Source, found.Call.Caller.Port))
            .Where(places => places.Count() > Beacon.MostPlaces)
            .Select(places => places.Key)
            .ToHashSet();
        return judged.ConvertAll(found =>
        {
            var (call, beacon) = found;
            var isBeacon = beacon.GoesOn(call.At[^1], until) && !lists.Contains((call.Caller.Source, call.Caller.Port));
            // Nobody calls at a beat by habit: nothing of it is typical.
            return new Suspect(
                call.Caller.ToString(),
                new(bucket, call.Denies, 0, 0, 0, 1 - beacon.Score, isBeacon ? beacon.RecordScore : 0, false)
            );
        });
    }

    private async Task<List<Suspect>> ScansAsync(
        JobCounting job,
        CountedFlows only,
        DateTimeOffset bucket,
        CancellationToken ct
    )
    {
        var until = bucket + job.BucketSpan;
        var (sources, tries) = await store.TriesAsync(job, only, until - job.Window, until, ct);
        return tries.ConvertAll(tried =>
        {
            var scan = SlowScan.Of(tried.Pairs, tried.DaysBefore);
            var isSlow = tried.NewestHour > 0 && tried.MostInAnHour <= SlowScan.MostInAnHour * tried.Pairs;
            return new Suspect(
                tried.Source.ToString(),
                new(
                    bucket,
                    tried.Pairs,
                    scan.Usual,
                    0,
                    scan.Usual,
                    Math.Exp(scan.LnChance),
                    isSlow ? scan.RecordScore(sources) : 0,
                    IsLearning: false
                )
            );
        });
    }
}
