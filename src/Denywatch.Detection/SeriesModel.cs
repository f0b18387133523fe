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

    private const byte Version = 4;
    private const double ScoreOfTooFew = 49;

    private readonly TimeSpan span;
    private readonly SiteClock clock;
    private readonly Seasons seasons;
    private readonly RecurringBursts bursts;
    private readonly Spread spread;
    private readonly Evidence evidence;
    private readonly LevelShift shift;
    private readonly SuspectZeros zeros;
    private readonly List<ModelEvent> noticed = [];

    private long lastTicks;
    private long taught;
    private (long Bucket, long LastLearnt, Prediction Prediction) latest;

    private SeriesModel(TimeSpan span, TimeZoneInfo zone, IReadOnlySet<DateOnly>? holidays)
    {
        this.span = span;
        clock = new(span, zone, holidays);
        seasons = new(clock);
        bursts = new(clock);
        spread = new(span);
        evidence = new(span);
        shift = new(span);
        zeros = new(span);
    }

    /// <summary>Length of a bucket.</summary>
    public TimeSpan Span => span;

    /// <summary>The last bucket that was taught, missing ones included; null before the first.</summary>
    public DateTimeOffset? LastLearnt => lastTicks == 0 ? null : new DateTimeOffset(lastTicks, TimeSpan.Zero);

    /// <param name="span">Bucket span: a positive multiple of a minute.</param>
    /// <param name="zone">Zone of the site: daily and weekly shape live in its local time.</param>
    /// <param name="holidays">Days of the site's calendar on which people rest: they are like Sundays.</param>
    /// <param name="siblings">Models of the same job: what most of them learnt of spread is believed at first.</param>
    public static SeriesModel Start(
        TimeSpan span,
        TimeZoneInfo zone,
        IReadOnlySet<DateOnly>? holidays = null,
        IEnumerable<SeriesModel>? siblings = null
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.FromMinutes(1));
        ArgumentNullException.ThrowIfNull(zone);
        var model = new SeriesModel(span, zone, holidays);
        model.spread.Borrow((siblings ?? []).Where(sibling => sibling.span == span).Select(sibling => sibling.spread));
        return model;
    }

    /// <summary>The record of a bucket after the last learnt one; learns nothing.</summary>
    /// <param name="actual">The count, or null for a missing bucket.</param>
    /// <param name="sensitivity">The rate that score 75 stands for; <see cref="Sensitivity.Default"/> when null.</param>
    public AnomalyRecord Score(DateTimeOffset bucket, double? actual, Sensitivity? sensitivity = null) =>
        RecordOf(PredictionOf(bucket), bucket, actual, sensitivity ?? Sensitivity.Default);

    /// <summary>
    /// The same for a count that is odd because it is low: one bucket alone, by the chance of a count at most this high.
    /// </summary>
    public AnomalyRecord ScoreLow(DateTimeOffset bucket, double? actual, Sensitivity? sensitivity = null)
    {
        var prediction = PredictionOf(bucket);
        var record = RecordOf(prediction, bucket, actual, sensitivity ?? Sensitivity.Default) with { IsLow = true };
        if (actual is not { } count)
            return record;

        var chance = prediction.Distribution.LnChanceOfAtMost(count);
        var score = (sensitivity ?? Sensitivity.Default).ScoreOf(chance, span);
        return record with
        {
            Probability = Math.Exp(chance),
            Score =
                prediction.IsLearning || count >= record.Typical ? 0
                : record.Typical - count < LeastExcess ? Math.Min(score, ScoreOfTooFew)
                : score,
        };
    }

    /// <summary>
    /// Teaches the final count of a bucket; buckets left out are taken as missing. A bucket that must not teach, because of
    /// a confirmed incident or maintenance, is taught as missing too.
    /// </summary>
    /// <exception cref="ArgumentException">The bucket is not after the last learnt one.</exception>
    public void Learn(DateTimeOffset bucket, double? actual)
    {
        if (bucket.UtcTicks <= lastTicks)
            throw new ArgumentException(
                $"{bucket:u} is not after the last learnt bucket {LastLearnt:u}.",
                nameof(bucket)
            );

        var prediction = PredictionOf(bucket);
        evidence.Skip(prediction.Gap);
        lastTicks = bucket.UtcTicks;
        if (actual is not { } count || zeros.Contains(prediction, count))
            evidence.Skip(1);
        else
            Learn(bucket, prediction with { Gap = 0 }, count);
    }

    /// <summary>Bursts that the model has learnt to expect, such as a nightly scan.</summary>
    public IReadOnlyList<LearntBurst> LearntBursts =>
        LastLearnt is { } last ? bursts.Learnt(clock.At(last).Number) : [];

    /// <summary>What it noticed while it learnt, since it was started or loaded, in order of time; not part of its state.</summary>
    public IReadOnlyList<ModelEvent> Noticed => noticed;

    /// <summary>Expects a burst of that time no more, and learns none there again.</summary>
    /// <param name="start">By the site's clock, give or take two buckets.</param>
    /// <param name="weekday">Null for one that comes every day.</param>
    public void Refuse(TimeOnly start, DayOfWeek? weekday)
    {
        bursts.Refuse(start, weekday);
        latest = default;
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
        var comparable = seasons.Comparable(prediction.Time, ComparableNeeded);
        var below = ExplanationText.BelowOf(prediction, record, line);
        long? crossing = prediction.IsLearning ? null : Crossing(prediction, line, 1, rate);
        var finding = FindingOf(prediction, actual ?? 0);
        return new(
            record,
            prediction.Mean,
            actual / prediction.Mean,
            ImpactOf(prediction, actual ?? 0, rate),
            Evidence.LengthOf(finding.Way),
            comparable,
            ComparableNeeded,
            lastTicks == 0 ? ExpectedPattern.Nothing : prediction.Expected.Pattern,
            below,
            crossing,
            ExplanationText.SentenceOf(record, prediction, comparable, below, crossing, finding.Way)
        );
    }

    /// <summary>What the score is made of: the same bucket judged again without one thing at a time.</summary>
    private ScoreImpact ImpactOf(in Prediction prediction, double count, Sensitivity rate)
    {
        var finding = FindingOf(prediction, count);
        var expected = prediction.Expected;
        var score = rate.ScoreOf(finding.LnChance, span);

        double Without(in Prediction changed) => rate.ScoreOf(FindingOf(changed, count).LnChance, span) - score;

        return new(
            rate.ScoreOf(finding.LnAlone, span),
            rate.ScoreOf(finding.LnTogether, span),
            Math.Max(0, Without(prediction with { Variance = expected.Mean, NeighbourVariance = expected.Neighbour })),
            Math.Max(0, Without(prediction with { Variance = spread.SettledVarianceOf(expected.Mean) }))
        );
    }

    /// <summary>The whole state in less than 4 KiB, whatever the bucket span; the same state always gives the same bytes.</summary>
    public byte[] Save()
    {
        var state = new StateWriter();
        state.Add([Version]);
        state.Add(span.Ticks);
        state.Add(lastTicks);
        state.Add(taught);
        seasons.Save(state);
        bursts.Save(state);
        spread.Save(state);
        evidence.Save(state);
        shift.Save(state);
        zeros.Save(state);
        return state.ToArray();
    }

    /// <summary>Whether <see cref="Load"/> understands this layout; if not, learn again from stored counts.</summary>
    public static bool CanLoad(ReadOnlySpan<byte> state) => !state.IsEmpty && state[0] == Version;

    /// <exception cref="InvalidDataException">Another version, or damaged: learn again from stored counts.</exception>
    public static SeriesModel Load(ReadOnlySpan<byte> state, TimeZoneInfo zone, IReadOnlySet<DateOnly>? holidays = null)
    {
        ArgumentNullException.ThrowIfNull(zone);
        if (!CanLoad(state))
            throw new InvalidDataException("The model state has another version: learn again from stored counts.");

        var reader = new StateReader(state[1..]);
        var spanTicks = reader.Long();
        if (spanTicks < TimeSpan.TicksPerMinute)
            throw new InvalidDataException("The model state has no bucket span.");

        var model = new SeriesModel(new(spanTicks), zone, holidays)
        {
            lastTicks = reader.Long(),
            taught = reader.Long(),
        };
        model.seasons.Load(ref reader);
        model.bursts.Load(ref reader);
        model.spread.Load(ref reader);
        model.evidence.Load(ref reader);
        model.shift.Load(ref reader);
        model.zeros.Load(ref reader);
        return reader.IsAtEnd ? model : throw new InvalidDataException("The model state is too long.");
    }

    private void Learn(DateTimeOffset bucket, in Prediction prediction, double count)
    {
        // In its first hours the model knows too little to call anything a spike.
        var ceiling =
            taught < ComparableNeeded ? double.MaxValue : prediction.Mean + 3 * Math.Sqrt(prediction.Variance) + 1;
        var usual = prediction.WithoutBurst(count);
        var freed = Math.Min(usual, ceiling);

        if (!prediction.IsLearning)
            evidence.LearnTails(prediction, usual);
        if (taught > 0)
            spread.Learn(prediction.Mean, usual);
        evidence.Learn(prediction, freed);
        seasons.Learn(prediction.Time, freed, prediction.Expected, spread);
        if (seasons.Notice() is { } pattern)
            noticed.Add(ModelEvent.Season(bucket, pattern));
        if (count > ceiling && bursts.Learn(prediction.Time.Number, count) is { } burst)
            noticed.Add(ModelEvent.Learnt(bucket, burst));
        taught++;

        if (shift.IsBack(prediction, usual))
        {
            noticed.Add(ModelEvent.LevelBack(bucket));
            seasons.Scale(1 / shift.Moved);
            shift.Remember(0);
            shift.Forget();
            evidence.Clear();
            return;
        }
        if (!shift.Learn(prediction, usual))
            return;
        noticed.Add(ModelEvent.LevelMoved(bucket, shift.Counted / shift.Expected, shift.Counted / shift.Buckets));
        seasons.MoveTo(shift.Counted, shift.Expected, shift.Buckets);
        shift.Remember(shift.Counted / shift.Expected);
        shift.Forget();
        evidence.Clear();
    }

    private Prediction PredictionOf(DateTimeOffset bucket)
    {
        // Scored, explained and taught one after the other: the same question is asked several times.
        if (latest.Bucket == bucket.UtcTicks && latest.LastLearnt == lastTicks && latest.Bucket != 0)
            return latest.Prediction;

        var time = clock.At(bucket);
        var expected = seasons.Expect(time);
        expected = expected with { Burst = Math.Max(0, bursts.ExpectedAt(time.Number) - expected.Mean) };

        // The mean of a slot that was seen n times is itself uncertain.
        var variance = spread.VarianceOf(expected.Mean) * (1 + 1.0 / (expected.Seen + 1)) + 0.0005;
        var gap = lastTicks == 0 ? 0 : Math.Clamp((bucket.UtcTicks - lastTicks) / span.Ticks - 1, 0, int.MaxValue);
        var prediction = new Prediction(
            time,
            expected,
            variance,
            spread.VarianceOf(expected.Neighbour),
            (int)gap,
            IsLearning: seasons.Comparable(time, ComparableNeeded) < ComparableNeeded
        );
        latest = (bucket.UtcTicks, lastTicks, prediction);
        return prediction;
    }

    private AnomalyRecord RecordOf(in Prediction prediction, DateTimeOffset bucket, double? actual, Sensitivity rate)
    {
        var (lower, typical, upper) = prediction.Distribution.Interval();
        upper += 1.5 * prediction.Expected.Burst;
        if (actual is not { } count)
            return new(bucket, null, typical, lower, upper, 1, 0, prediction.IsLearning);

        var finding = FindingOf(prediction, count);
        var score = prediction.IsLearning ? 0 : ScoreOf(finding, rate);
        return new(bucket, count, typical, lower, upper, Math.Exp(finding.LnChance), score, prediction.IsLearning);
    }

    private double ScoreOf(in Finding finding, Sensitivity rate)
    {
        var score = rate.ScoreOf(finding.LnChance, span);
        return finding.Excess < LeastExcess ? Math.Min(score, ScoreOfTooFew) : score;
    }

    private Finding FindingOf(in Prediction prediction, double count) =>
        evidence.Weigh(prediction, prediction.WithoutBurst(count));

    /// <summary>The smallest count from <paramref name="from"/> on whose score reaches the line.</summary>
    private long Crossing(in Prediction prediction, double line, long from, Sensitivity rate)
    {
        var asked = prediction;
        return CrossingCounts.Smallest(
            count => ScoreOf(FindingOf(asked, count), rate) >= line,
            from,
            near: (long)prediction.Mean
        );
    }
}
