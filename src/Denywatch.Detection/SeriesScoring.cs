namespace Denywatch.Detection;

/// <summary>One counted bucket; a bucket without one is missing.</summary>
public readonly record struct CountedBucket(DateTimeOffset Bucket, double Count);

/// <summary>Scores a whole series as it would have been scored live: each bucket by what came before it.</summary>
public static class SeriesScoring
{
    /// <summary>The bucket span of a series: the most common distance between neighbours; 15 minutes for fewer than two.</summary>
    public static TimeSpan SpanOf(IReadOnlyList<CountedBucket> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        var distances = new Dictionary<TimeSpan, int>();
        for (var i = 1; i < counts.Count; i++)
        {
            var distance = counts[i].Bucket - counts[i - 1].Bucket;
            if (distance > TimeSpan.Zero)
                distances[distance] = distances.GetValueOrDefault(distance) + 1;
        }

        return distances.Count == 0 ? TimeSpan.FromMinutes(15) : distances.MaxBy(d => (d.Value, -d.Key.Ticks)).Key;
    }

    /// <summary>One record for each given bucket, in order of time. Repeated and earlier buckets are left out.</summary>
    public static IReadOnlyList<AnomalyRecord> Score(
        IReadOnlyList<CountedBucket> counts,
        TimeZoneInfo zone,
        Sensitivity? sensitivity = null
    ) => Score(counts, SeriesModel.Start(SpanOf(counts), zone), sensitivity);

    /// <summary>Goes on with a model that may have learnt before; the model has learnt the given buckets afterwards.</summary>
    public static IReadOnlyList<AnomalyRecord> Score(
        IReadOnlyList<CountedBucket> counts,
        SeriesModel model,
        Sensitivity? sensitivity = null
    )
    {
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentNullException.ThrowIfNull(model);
        var records = new List<AnomalyRecord>(counts.Count);
        foreach (var (bucket, count) in counts)
        {
            if (model.LastLearnt is { } last && bucket <= last)
                continue;

            records.Add(model.Score(bucket, count, sensitivity));
            model.Learn(bucket, count);
        }

        return records;
    }
}
