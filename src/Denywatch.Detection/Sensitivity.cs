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
    /// <summary>Three times in two years for a rule.</summary>
    public static readonly Sensitivity Default = new(3 / 104.0);

    private static readonly double LnWarning = Math.Log(350);
    private static readonly double LnNever = Math.Log(1e-6);

    /// <summary>Record score, 0 to 100, of a tail probability.</summary>
    /// <param name="lnProbability">Natural logarithm of the chance of a count at least this high in one bucket.</param>
    /// <param name="span">Bucket span: shorter buckets have more chances in a week.</param>
    public double ScoreOf(double lnProbability, TimeSpan span)
    {
        var looksPerWeek = TimeSpan.FromDays(7) / span * Math.Max(1, Series);
        var lnRate = lnProbability + Math.Log(looksPerWeek / FalseAlarmsPerWeek);
        var score =
            lnRate > 0
                ? RecordScore.Critical - (RecordScore.Critical - RecordScore.Warning) * lnRate / LnWarning
                : RecordScore.Critical + (100 - RecordScore.Critical) * lnRate / LnNever;
        return Math.Clamp(score, 0, 100);
    }
}
