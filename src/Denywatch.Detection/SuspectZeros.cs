namespace Denywatch.Detection;

/// <summary>
/// A collector that lost its source often reports zero instead of nothing. Zeros that the model holds for next to impossible,
/// alone or in a row, are taken as missing, until they have lasted a week.
/// </summary>
internal sealed class SuspectZeros(TimeSpan span)
{
    private const double Impossible = -7;

    /// <summary>Zeros in a row are not independent: each says half as much.</summary>
    private const double Weight = 0.5;

    private double lasting;
    private double lnChance;

    /// <summary>Whether this count is to be taken as missing.</summary>
    public bool Contains(in Prediction prediction, double count)
    {
        if (count > 0)
        {
            (lasting, lnChance) = (0, 0);
            return false;
        }
        if (prediction.IsLearning)
            return false;

        lasting++;
        lnChance += Weight * prediction.Distribution.LnChanceOfNone;
        return lnChance < Impossible && lasting < TimeSpan.FromDays(7) / span;
    }

    public void Save(StateWriter state) => state.Add([lasting, lnChance]);

    public void Load(ref StateReader state)
    {
        lasting = state.Double();
        lnChance = state.Double();
    }
}
