namespace Denywatch.Storage;

/// <summary>What a job looks for: the functions of Elastic's anomaly detection, as far as they make sense for denies.</summary>
public enum Detector
{
    /// <summary>More events than expected; buckets without any are zeros.</summary>
    HighCount,

    /// <summary>More events than expected where there are any: buckets without any say nothing.</summary>
    HighNonZeroCount,

    /// <summary>Fewer events than expected.</summary>
    LowCount,

    /// <summary>More distinct values of a field than expected.</summary>
    HighDistinctCount,

    /// <summary>A value of a field that hardly ever comes.</summary>
    Rare,

    /// <summary>A machine of one's own that calls out at a beat. Ours, and not Elastic's.</summary>
    Beacon,

    /// <summary>A source that tries more in a day than it ever does, a little at a time. Ours, and not Elastic's.</summary>
    SlowScan,
}

/// <summary>Detectors by the names that jobs are stored and shown with.</summary>
public static class Detectors
{
    private static readonly Dictionary<string, Detector> named = Enum.GetValues<Detector>()
        .ToDictionary(detector => detector.Name(), StringComparer.Ordinal);

    public static string Name(this Detector detector) =>
        detector switch
        {
            Detector.HighCount => "high_count",
            Detector.HighNonZeroCount => "high_non_zero_count",
            Detector.LowCount => "low_count",
            Detector.HighDistinctCount => "high_distinct_count",
            Detector.Rare => "rare",
            Detector.Beacon => "beacon",
            Detector.SlowScan => "slow_scan",
            _ => throw new ArgumentOutOfRangeException(nameof(detector)),
        };

    /// <summary>Those that people make jobs with: they count, and need something to count.</summary>
    public static IReadOnlyList<Detector> OfCounts { get; } =
    [.. Enum.GetValues<Detector>().Where(detector => !detector.FindsSuspects())];

    /// <summary>Null where none has this name.</summary>
    public static Detector? Find(string name) => named.TryGetValue(name, out var detector) ? detector : null;

    /// <exception cref="ArgumentException">None has this name.</exception>
    public static Detector Named(string name) =>
        Find(name) ?? throw new ArgumentException($"There is no detector {name}.", nameof(name));

    /// <summary>
    /// Whether it finds slow suspects: its series are those it found (<see cref="SuspectStore"/>), judged by the flows of a
    /// day, and neither counted nor modelled.
    /// </summary>
    public static bool FindsSuspects(this Detector detector) => detector is Detector.Beacon or Detector.SlowScan;

    /// <summary>The same of a row <c>j</c> of jobs, in SQL.</summary>
    public const string FindingSuspects = "j.detector IN ('beacon', 'slow_scan')";

    /// <summary>Whether it looks at the values of a field.</summary>
    public static bool NeedsField(this Detector detector) => detector is Detector.HighDistinctCount or Detector.Rare;
}
