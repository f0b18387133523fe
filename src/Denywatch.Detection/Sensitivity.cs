namespace Denywatch.Detection;

/// <summary>
/// How many false alarms a rule may give. Record scores are a map from <i>how often quiet traffic would show this</i>, in
/// times per week over all series that share the rate:
/// <code>
/// 350 x the rate   3    (with the default: ten times a week)
///       the rate  75    (with the default: three times in two years)
/// 1e-6 x the rate 100   (as good as never)
/// </code>
/// and straight in the logarithm between, so the score rises strictly as the probability falls, until it is full.
/// </summary>
/// <param name="FalseAlarmsPerWeek">Score 75 is reached by quiet traffic this often, over all its series together.</param>
/// <param name="Series">Active series that share the rate: adding splits never raises it.</param>
public readonly record struct Sensitivity(double FalseAlarmsPerWeek, int Series = 1)
{
    /// <summary>False alarms a year that score 75 stands for: three in two years for a rule.</summary>
    public const double UsualPerYear = 1.5;

    /// <summary><see cref="UsualPerYear"/>.</summary>
    public static readonly Sensitivity Default = new(UsualPerYear / WeeksInYear);

    private const double WeeksInYear = 52;

    private const double WarningDepth = RecordScore.Critical - RecordScore.Warning;
    private const double CriticalHeight = 100 - RecordScore.Critical;

    private static readonly double LnWarning = Math.Log(350);
    private static readonly double LnNever = Math.Log(1e-6);

    /// <summary>Record score, 0 to 100, of a tail probability.</summary>
    /// <param name="lnProbability">Natural logarithm of the chance of a count at least this high in one bucket.</param>
    /// <param name="span">Bucket span: shorter buckets have more chances in a week.</param>
    public double ScoreOf(double lnProbability, TimeSpan span)
    {
        var looksPerWeek = TimeSpan.FromDays(7) / span * Math.Max(1, Series);
        return Math.Clamp(ScoreAt(lnProbability + Math.Log(looksPerWeek / FalseAlarmsPerWeek)), 0, 100);
    }

    /// <summary>
    /// Record score, by <see cref="Default"/>, to reach for <paramref name="threshold"/> to mean what it would if score 75 stood
    /// for <paramref name="perYear"/> false alarms a year. Never below a warning, where nobody looks at buckets, and never
    /// above 100, which is full.
    /// </summary>
    public static double LineOf(double threshold, double perYear)
    {
        var shift = Math.Log(perYear / UsualPerYear);
        if (shift == 0)
            return threshold;

        var lnRate =
            threshold < RecordScore.Critical
                ? (RecordScore.Critical - threshold) / WarningDepth * LnWarning
                : (threshold - RecordScore.Critical) / CriticalHeight * LnNever;
        return Math.Clamp(ScoreAt(lnRate + shift), Math.Min(threshold, RecordScore.Warning), 100);
    }

    /// <param name="lnRate">Natural logarithm of how often, in multiples of the rate.</param>
    private static double ScoreAt(double lnRate) =>
        lnRate > 0
            ? RecordScore.Critical - WarningDepth * lnRate / LnWarning
            : RecordScore.Critical + CriticalHeight * lnRate / LnNever;
}
