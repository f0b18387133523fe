namespace Denywatch.Detection;

/// <summary>
/// Notices that counts have come to stay at another level. Ten hours above nearly everything expected are no spike but the
/// new level. Below, forty are needed: a low day is most likely a holiday, and expecting too much for a day costs little,
/// whereas a model that forgot the working week alarms on the morning after.
/// </summary>
internal sealed class LevelShift(TimeSpan span)
{
    /// <summary>Logarithm of the odds of the old level against the new one at which counts are taken to be back.</summary>
    private const double CertainlyBack = 12;
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(7);

    private readonly double enoughHigh = Math.Max(8, TimeSpan.FromHours(10) / span);
    private readonly double enoughLow = Math.Max(8, TimeSpan.FromHours(40) / span);

    private double highFor;
    private double lowFor;

    /// <summary>Buckets since counts left what is expected.</summary>
    public double Buckets { get; private set; }

    /// <summary>Sum of the counts of these buckets.</summary>
    public double Counted { get; private set; }

    /// <summary>Sum of what was expected of them.</summary>
    public double Expected { get; private set; }

    private double moved;
    private double movedFor;
    private double backAgain;

    /// <summary>
    /// Whether counts are back where they were before they moved: a sequential test of the old level against the new one,
    /// so that an incident that lasted for so long that it became the level is forgotten soon after it.
    /// </summary>
    public bool IsBack(in Prediction prediction, double count)
    {
        if (moved <= 1.5 || ++movedFor > Remembered / span)
            return false;

        var dispersion = Math.Max(1, prediction.Variance / prediction.Mean);
        var evidence = (prediction.Mean * (1 - 1 / moved) - count * Math.Log(moved)) / dispersion;
        backAgain = Math.Max(0, backAgain + evidence);
        return backAgain > CertainlyBack;
    }

    public double Moved => moved;

    public void Remember(double ratio) => (moved, movedFor, backAgain) = (ratio, 0, 0);

    /// <summary>Adds a bucket; true when the new level is certain. The sums stay until <see cref="Forget"/>.</summary>
    public bool Learn(in Prediction prediction, double count)
    {
        var deviations = (count - prediction.Mean) / Math.Sqrt(prediction.Variance);
        highFor = deviations > 2 ? highFor + 1 : Math.Max(0, highFor - 3);
        lowFor = deviations < -1.2 ? lowFor + 1 : Math.Max(0, lowFor - 3);
        if (highFor + lowFor < 1)
        {
            Forget();
            return false;
        }

        Buckets++;
        Counted += count;
        Expected += prediction.Mean;
        return highFor >= enoughHigh || lowFor >= enoughLow;
    }

    public void Forget() => (highFor, lowFor, Buckets, Counted, Expected) = (0, 0, 0, 0, 0);

    public void Save(StateWriter state) =>
        state.Add([highFor, lowFor, Buckets, Counted, Expected, moved, movedFor, backAgain]);

    public void Load(ref StateReader state)
    {
        highFor = state.Double();
        lowFor = state.Double();
        Buckets = state.Double();
        Counted = state.Double();
        Expected = state.Double();
        moved = state.Double();
        movedFor = state.Double();
        backAgain = state.Double();
    }
}
