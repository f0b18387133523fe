namespace Denywatch.Detection;

/// <summary>
/// Learns one series of counts and says how odd a bucket is: a one-sided test against an overdispersed predictive
/// distribution whose mean follows level, day and week in the site's zone. Online and pure: no clock, no I/O, constant
/// work and memory per bucket. <see cref="Score"/> never learns; <see cref="Learn"/> takes final buckets in order of time.
/// </summary>
public sealed class SeriesModel
{
    /// <summary>Learnt buckets within an hour of the same time of day that a score needs to mean anything.</summary>
    public const int ComparableNeeded = 12;

    /// <summary>An excess of fewer denies than this is never worth an alert, however quiet the series.</summary>
    public const double LeastExcess = 4;

    private const byte Version = 2;
    private const double ScoreOfTooFew = 49;
    private static readonly TimeSpan NewLevelAfter = TimeSpan.FromHours(10);

    private readonly TimeSpan span;
    private readonly Seasons seasons;
    private readonly Spread spread;
    private readonly Surges surges;

    private long lastTicks;
    private long taught;
    private double zerosFor;
    private static double P(string name, double value) =>
        double.Parse(Environment.GetEnvironmentVariable(name) ?? value.ToString());
    private static readonly double LowHours = P("LOWH", 40);
    private static readonly double FreezeAt = P("FREEZE", 99);
    private static readonly double FreezeDev = P("FREEZEDEV", 0.5);
    private double lnZeros;
    private static readonly double ZeroLine = double.Parse(Environment.GetEnvironmentVariable("ZERO") ?? "-7");
    private double highFor;
    private double lowFor;
    private double changedFor;
    private double changedCount;
    private double changedExpected;

    private SeriesModel(TimeSpan span, TimeZoneInfo zone)
    {
        this.span = span;
        seasons = new(span, zone);
        spread = new(span);
        surges = new(span);
    }

    /// <summary>Length of a bucket.</summary>
    public TimeSpan Span => span;

    /// <summary>The last bucket that was taught, missing ones included; null before the first.</summary>
    public DateTimeOffset? LastLearnt => lastTicks == 0 ? null : new DateTimeOffset(lastTicks, TimeSpan.Zero);

    /// <param name="span">Bucket span: a positive multiple of a minute.</param>
    /// <param name="zone">Zone of the site: daily and weekly shape live in its local time.</param>
    public static SeriesModel Start(TimeSpan span, TimeZoneInfo zone)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.FromMinutes(1));
        ArgumentNullException.ThrowIfNull(zone);
        return new(span, zone);
    }

    /// <summary>The record of a bucket after the last learnt one; learns nothing.</summary>
    /// <param name="actual">The count, or null for a missing bucket.</param>
    /// <param name="sensitivity">The rate that score 75 stands for; <see cref="Sensitivity.Default"/> when null.</param>
    public AnomalyRecord Score(DateTimeOffset bucket, double? actual, Sensitivity? sensitivity = null) =>
        RecordOf(PredictionOf(bucket), bucket, actual, sensitivity ?? Sensitivity.Default);

    /// <summary>Teaches the final count of a bucket; buckets left out are taken as missing.</summary>
    /// <exception cref="ArgumentException">The bucket is not after the last learnt one.</exception>
    public void Learn(DateTimeOffset bucket, double? actual)
    {
        if (bucket.UtcTicks <= lastTicks)
            throw new ArgumentException(
                $"{bucket:u} is not after the last learnt bucket {LastLearnt:u}.",
                nameof(bucket)
            );

        var prediction = PredictionOf(bucket);
        surges.Skip(prediction.Gap);
        lastTicks = bucket.UtcTicks;
        if (actual is { } count)
            Learn(prediction, bucket, count);
        else
            surges.Skip(1);
    }

    /// <summary>The smallest counts at which the bucket reaches each band; <see cref="long.MaxValue"/> while learning.</summary>
    public CrossingCounts CrossingsOf(DateTimeOffset bucket, Sensitivity? sensitivity = null)
    {
        var rate = sensitivity ?? Sensitivity.Default;
        var prediction = PredictionOf(bucket);
        if (prediction.IsLearning)
            return new(long.MaxValue, long.MaxValue, long.MaxValue, long.MaxValue);

        var warning = Crossing(prediction, RecordScore.Warning, 1, rate);
        var minor = Crossing(prediction, RecordScore.Minor, warning, rate);
        var major = Crossing(prediction, RecordScore.Major, minor, rate);
        return new(warning, minor, major, Crossing(prediction, RecordScore.Critical, major, rate));
    }

    /// <summary>A record's facts and a sentence for a person.</summary>
    /// <param name="line">The score that counts as reached: the rule's threshold.</param>
    public Explanation Explain(
        DateTimeOffset bucket,
        double? actual,
        Sensitivity? sensitivity = null,
        double line = RecordScore.Critical
    )
    {
        var rate = sensitivity ?? Sensitivity.Default;
        var prediction = PredictionOf(bucket);
        var record = RecordOf(prediction, bucket, actual, rate);
        var horizon = actual is { } count ? RarestOf(prediction, count).Horizon : 0;
        var comparable = seasons.Comparable(bucket, ComparableNeeded);
        var below = ExplanationText.BelowOf(prediction, record, line);
        long? crossing = prediction.IsLearning ? null : Crossing(prediction, line, 1, rate);
        return new(
            record,
            prediction.Mean,
            actual / prediction.Mean,
            Surges.LengthOf(horizon),
            comparable,
            ComparableNeeded,
            lastTicks == 0 ? ExpectedPattern.Nothing : prediction.Pattern,
            below,
            crossing,
            ExplanationText.SentenceOf(record, prediction, comparable, below, crossing, horizon)
        );
    }

    /// <summary>The whole state in about 7 KiB, whatever the bucket span; the same state always gives the same bytes.</summary>
    public byte[] Save()
    {
        var state = new StateWriter();
        state.Add([Version]);
        state.Add(span.Ticks);
        state.Add(lastTicks);
        state.Add(taught);
        state.Add((ReadOnlySpan<double>)[zerosFor, lnZeros, highFor, lowFor, changedFor, changedCount, changedExpected]);
        seasons.Save(state);
        spread.Save(state);
        surges.Save(state);
        return state.ToArray();
    }

    /// <exception cref="InvalidDataException">Another version, or damaged: learn again from stored counts.</exception>
    public static SeriesModel Load(ReadOnlySpan<byte> state, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        if (state.IsEmpty || state[0] != Version)
            throw new InvalidDataException("The model state has another version: learn again from stored counts.");

        var reader = new StateReader(state[1..]);
        var spanTicks = reader.Long();
        if (spanTicks < TimeSpan.TicksPerMinute)
            throw new InvalidDataException("The model state has no bucket span.");

        var model = new SeriesModel(new(spanTicks), zone)
        {
            lastTicks = reader.Long(),
            taught = reader.Long(),
            zerosFor = reader.Double(),
            lnZeros = reader.Double(),
            highFor = reader.Double(),
            lowFor = reader.Double(),
            changedFor = reader.Double(),
            changedCount = reader.Double(),
            changedExpected = reader.Double(),
        };
        model.seasons.Load(ref reader);
        model.spread.Load(ref reader);
        model.surges.Load(ref reader);
        return reader.IsAtEnd ? model : throw new InvalidDataException("The model state is too long.");
    }

    private void Learn(in Prediction prediction, DateTimeOffset bucket, double count)
    {
        var deviation = Math.Sqrt(prediction.Variance);

        // In its first hours the model knows too little to call anything a spike.
        var ceiling = taught < ComparableNeeded ? double.MaxValue : prediction.Mean + 3 * deviation + 1;
        var freed = Math.Min(prediction.WithoutBurst(count), ceiling);
        if (IsImplausibleZero(prediction, count))
        {
            surges.Skip(1);
            return;
        }

        if (!prediction.IsLearning)
        {
            if (RarestOf(prediction, count).LnChance < -FreezeAt)
                freed = Math.Min(freed, prediction.Mean + FreezeDev * deviation);
            surges.LearnTails();
        }
        if (taught > 0)
            spread.Learn(prediction.Mean, prediction.WithoutBurst(count));

        surges.Learn(
            prediction.WithoutBurst(count),
            freed,
            prediction.Mean,
            prediction.Variance,
            prediction.Expected.Other,
            prediction.Expected.Undrifted
        );
        seasons.Learn(bucket, freed, prediction.Expected, spread);
        seasons.LearnPeak(bucket, count, count > ceiling);
        taught++;
        FollowNewLevel(prediction, prediction.WithoutBurst(count), deviation);
    }

    /// <summary>
    /// A collector that lost its source often reports zero instead of nothing. A zero where zero cannot be is taken as
    /// missing, until it has lasted a week.
    /// </summary>
    private bool IsImplausibleZero(in Prediction prediction, double count)
    {
        if (count > 0)
        {
            zerosFor = lnZeros = 0;
            return false;
        }
        if (prediction.IsLearning)
            return false;

        zerosFor++;
        lnZeros += 0.5 * prediction.Distribution.LnChanceOfNone;
        return lnZeros < ZeroLine && zerosFor < TimeSpan.FromDays(7) / span;
    }

    /// <summary>Ten hours on one side of nearly everything expected are not a spike but the new level.</summary>
    private void FollowNewLevel(in Prediction prediction, double count, double deviation)
    {
        var isHigh = count > prediction.Mean + 2 * deviation;
        var isLow = count < prediction.Mean - 1.2 * deviation;
        highFor = isHigh ? highFor + 1 : Math.Max(0, highFor - 3);
        lowFor = isLow ? lowFor + 1 : Math.Max(0, lowFor - 3);
        if (highFor + lowFor < 1)
        {
            (changedFor, changedCount, changedExpected) = (0, 0, 0);
            return;
        }

        changedFor++;
        changedCount += count;
        changedExpected += prediction.Mean;
        var enough = Math.Max(8, NewLevelAfter / span);
        if (highFor < enough && lowFor < Math.Max(8, TimeSpan.FromHours(LowHours) / span))
            return;

        seasons.MoveTo(changedCount, changedExpected, changedFor);
        surges.Clear();
        (highFor, lowFor, changedFor, changedCount, changedExpected) = (0, 0, 0, 0, 0);
    }

    private Prediction PredictionOf(DateTimeOffset bucket)
    {
        var gap = lastTicks == 0 ? 0 : (int)Math.Clamp((bucket.UtcTicks - lastTicks) / span.Ticks - 1, 0, int.MaxValue);
        var expected = seasons.Expect(bucket);
        var isLearning = seasons.Comparable(bucket, ComparableNeeded) < ComparableNeeded;

        // The mean of a slot that was seen n times is itself uncertain.
        var variance = spread.VarianceOf(expected.Mean) * (1 + 1.0 / (expected.Seen + 1)) + 0.0005;
        return new(expected, variance, gap, isLearning);
    }

    private AnomalyRecord RecordOf(in Prediction prediction, DateTimeOffset bucket, double? actual, Sensitivity rate)
    {
        var (lower, typical, upper) = prediction.Distribution.Interval();
        upper += 1.5 * prediction.Expected.Burst;
        if (actual is not { } count)
            return new(bucket, null, typical, lower, upper, 1, 0, prediction.IsLearning);

        var lnChance = LnChanceOf(prediction, count);
        var score = prediction.IsLearning ? 0 : ScoreOf(prediction, count, lnChance, rate);
        return new(bucket, count, typical, lower, upper, Math.Exp(lnChance), score, prediction.IsLearning);
    }

    private double ScoreOf(in Prediction prediction, double count, double lnChance, Sensitivity rate)
    {
        var score = rate.ScoreOf(lnChance, span);
        return RarestOf(prediction, count).Excess < LeastExcess ? Math.Min(score, ScoreOfTooFew) : score;
    }

    private double LnChanceOf(in Prediction prediction, double count) =>
        RarestOf(prediction, count).LnChance;

    private (double LnChance, int Horizon, double Excess) RarestOf(in Prediction prediction, double count) =>
        surges.Rarest(
            prediction.Gap,
            prediction.WithoutBurst(count),
            prediction.Mean,
            prediction.BurstVariance,
            prediction.Expected.Other,
            spread.VarianceOf(prediction.Expected.Other),
            prediction.Expected.Undrifted
        );

    /// <summary>The smallest count from <paramref name="from"/> on whose score reaches the line.</summary>
    private long Crossing(in Prediction prediction, double line, long from, Sensitivity rate)
    {
        bool Reaches(in Prediction p, long count) => ScoreOf(p, count, LnChanceOf(p, count), rate) >= line;

        if (Reaches(prediction, from))
            return from;

        var below = from;
        var above = Math.Max(from, (long)prediction.Mean) + 8;
        for (; !Reaches(prediction, above); above *= 2)
        {
            if (above > long.MaxValue / 4)
                return long.MaxValue;
            below = above;
        }

        while (above - below > 1)
        {
            var middle = below + (above - below) / 2;
            if (Reaches(prediction, middle))
                above = middle;
            else
                below = middle;
        }

        return above;
    }
}
