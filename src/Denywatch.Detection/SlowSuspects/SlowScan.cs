namespace Denywatch.Detection.SlowSuspects;

/// <summary>
/// A source that tries so few destinations in an hour that no bucket shows it, but so many in a day that it must be looking
/// for something. Judged by distinct destinations of a day against the source's own other days.
/// </summary>
/// <param name="Destinations">Distinct pairs of destination and port on the day.</param>
/// <param name="Usual">The median of the days before; 0 for a source that was not seen.</param>
/// <param name="LnChance">Natural logarithm of the chance of so many, if the day were like the days before.</param>
public readonly record struct SlowScan(int Destinations, double Usual, double LnChance)
{
    /// <summary>Fewer destinations are no scan, however unusual.</summary>
    public const int FewestDestinations = 30;

    /// <summary>Part of the day's destinations that the busiest hour may have: a scan that is faster shows in its buckets.</summary>
    public const double MostInAnHour = 0.25;

    /// <summary>Days before that must be known: with fewer nobody can say what is usual.</summary>
    public const int FewestDays = 7;

    /// <summary>Days before that are looked at.</summary>
    public const int MostDays = 28;

    /// <summary>Once in some hundred years for one source; thousands of sources are looked at each day.</summary>
    private const double Rare = -12;

    public bool IsSuspicious => Destinations >= FewestDestinations && LnChance < Rare;

    /// <summary>Record score, 0 to 100, as any other's: by how often sources like these would show as much in a week.</summary>
    /// <param name="sources">Sources that were looked at.</param>
    public double RecordScore(int sources) =>
        IsSuspicious ? (Sensitivity.Default with { Series = sources }).ScoreOf(LnChance, TimeSpan.FromDays(1)) : 0;

    /// <param name="destinations">Distinct pairs of destination and port of the day; 0 or more.</param>
    /// <param name="daysBefore">The same for earlier days, at most the last 28; days without the source are 0.</param>
    public static SlowScan Of(int destinations, IReadOnlyList<int> daysBefore)
    {
        ArgumentNullException.ThrowIfNull(daysBefore);
        var sorted = daysBefore.Order().ToArray();
        double usual = sorted.Length == 0 ? 0 : sorted[sorted.Length / 2];

        // One scan in the past does not make the next one usual: days beyond three times the median count as that.
        var cap = 3 * usual + 3;
        var mean = sorted.Length == 0 ? 1 : sorted.Average(day => Math.Min(day, cap)) + 1;
        var variance = sorted.Length == 0 ? 0 : sorted.Average(day => Math.Pow(Math.Min(day, cap) + 1 - mean, 2));
        var chance = new CountDistribution(mean, variance + 2 * mean).LnChanceOfAtLeast(destinations);
        return new(destinations, usual, chance);
    }
}
