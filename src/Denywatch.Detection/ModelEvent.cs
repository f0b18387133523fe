using System.Globalization;

namespace Denywatch.Detection;

/// <summary>What a model can notice while it learns; the numbers are stored.</summary>
public enum ModelEventKind : short
{
    /// <summary>Counts have come to stay at another level, which is the normal one from then on.</summary>
    LevelMoved = 0,

    /// <summary>Counts are back at the level from before they moved.</summary>
    LevelBack = 1,

    /// <summary>A daily or weekly pattern foretells counts better than what was used before.</summary>
    Season = 2,

    /// <summary>A burst that came several times is expected to come again.</summary>
    Burst = 3,
}

/// <summary>Something that a model noticed as it learnt a bucket, and that changes what it expects.</summary>
/// <param name="At">Start of that bucket.</param>
/// <param name="Sentence">For a person.</param>
public sealed record ModelEvent(DateTimeOffset At, ModelEventKind Kind, string Sentence)
{
    /// <param name="ratio">The new level over the old one.</param>
    /// <param name="count">Counts of a bucket at the new level.</param>
    internal static ModelEvent LevelMoved(DateTimeOffset at, double ratio, double count) =>
        new(
            at,
            ModelEventKind.LevelMoved,
            Text(
                $"Counts have come to stay at {ratio:0.0#} times of what was expected, about {count:#,0} a bucket: that is the new level."
            )
        );

    internal static ModelEvent LevelBack(DateTimeOffset at) =>
        new(at, ModelEventKind.LevelBack, "Counts are back at the level from before they moved.");

    internal static ModelEvent Season(DateTimeOffset at, ExpectedPattern pattern) =>
        new(
            at,
            ModelEventKind.Season,
            pattern == ExpectedPattern.TimeOfWeek
                ? "A weekly pattern foretells counts best by now, and is used from here on."
                : "A daily pattern foretells counts best by now, and is used from here on."
        );

    internal static ModelEvent Learnt(DateTimeOffset at, LearntBurst burst)
    {
        var often = burst.Rhythm switch
        {
            BurstRhythm.Daily => "every day",
            BurstRhythm.Weekly => $"every {burst.Weekday}",
            _ => $"every other {burst.Weekday}",
        };
        return new(
            at,
            ModelEventKind.Burst,
            Text($"A burst of about {burst.Count:#,0} is expected {often} at {burst.At:HH:mm} from here on.")
        );
    }

    private static string Text(FormattableString words) => words.ToString(CultureInfo.InvariantCulture);
}
