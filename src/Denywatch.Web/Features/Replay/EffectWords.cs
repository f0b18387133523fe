using Denywatch.Alerting.Replay;
using Denywatch.Web.Ui;

namespace Denywatch.Web.Features.Replay;

/// <summary>How pages say what becomes of alerts.</summary>
public static class EffectWords
{
    /// <summary>Such as "2 alerts vanish, 1 shrinks, 14 stay".</summary>
    /// <param name="stay">Alerts that stay as they are.</param>
    public static string Sum(IReadOnlyList<AlertEffect> effects, int stay)
    {
        ArgumentNullException.ThrowIfNull(effects);
        var alerts = effects.Where(alert => !alert.IsLost).ToList();
        List<string> parts = [];
        Add(effects.Count - alerts.Count, "confirmed attack is lost", "confirmed attacks are lost");
        Add(alerts.Count(a => a.Fate == EpisodeFate.Vanishes), "alert vanishes", "alerts vanish");
        Add(alerts.Count(a => Grown(a) < 0), "shrinks", "shrink");
        Add(alerts.Count(a => Grown(a) > 0), "grows", "grow");
        Add(alerts.Count(a => Grown(a) == 0), "changes its times", "change their times");
        Add(alerts.Count(a => a.Fate == EpisodeFate.Appears), "new one appears", "new ones appear");
        Add(alerts.Count(a => a.Fate == EpisodeFate.Returns), "comes back", "come back");
        Add(stay, "stays", "stay");
        return parts.Count == 0 ? "no alert in that time" : string.Join(", ", parts);

        void Add(int count, string one, string many)
        {
            if (count > 0)
                parts.Add($"{Numbers.Exact(count)} {(count == 1 ? one : many)}");
        }
    }

    /// <summary>What becomes of one alert.</summary>
    public static string Fate(AlertEffect effect)
    {
        ArgumentNullException.ThrowIfNull(effect);
        return effect.Fate switch
        {
            EpisodeFate.Vanishes => "vanishes",
            EpisodeFate.Appears => "appears",
            EpisodeFate.Returns => "comes back",
            _ => Grown(effect) switch
            {
                < 0 => "shrinks",
                > 0 => "grows",
                _ => "other times",
            },
        };
    }

    /// <summary>Whether the peak has more denies; null where it is not there before or after.</summary>
    private static int? Grown(AlertEffect effect) =>
        effect.Fate == EpisodeFate.Changes
            ? Math.Sign(Math.Round(effect.ActualNow) - Math.Round(effect.ActualBefore))
            : null;
}
